SELECT id FROM users WHERE plan = ${plan}
