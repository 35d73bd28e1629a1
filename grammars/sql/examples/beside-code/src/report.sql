-- By month.
SELECT date_trunc('month', at) AS month, count(*) FROM orders GROUP BY 1;
