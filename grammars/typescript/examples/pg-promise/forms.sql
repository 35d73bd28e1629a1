SELECT id FROM d40 WHERE a = ${a}
