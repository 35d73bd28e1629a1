/* @name FindBook */
SELECT title, '10:30'::time AS at FROM books WHERE id = :id! AND (:author::text IS NULL OR author = :author);

/*
  @name InsertBooks
  @param books -> ((title!,
                    author)...)
*/
INSERT INTO books (title, author) VALUES :books RETURNING id;

/* @name DeleteBooks
   @param ids -> (...) */
DELETE FROM books WHERE id IN :ids;

-- No query of PgTyped.
SELECT 1;
