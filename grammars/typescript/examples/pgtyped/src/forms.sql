/* @name GetA */
SELECT * FROM n6 WHERE id = :id!;

/*
  @name Ins
  @param users -> ((a, b!)...)
*/
INSERT INTO n7 (a, b) VALUES :users RETURNING id;
/* @name Ids @param ids -> (...) */
SELECT * FROM n8 WHERE id IN :ids AND x = :y::int;
/* @name One @param u -> (a, b) */
INSERT INTO n9 VALUES :u;
