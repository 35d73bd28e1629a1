REPORT = open("report.sql").read()
