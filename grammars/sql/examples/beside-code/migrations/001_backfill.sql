UPDATE users SET plan = :plan;
