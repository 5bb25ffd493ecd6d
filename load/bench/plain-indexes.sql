-- What the tables of plain.sql need to be read by product.
COMMIT;
CREATE INDEX questions_by_product ON questions (product_id);
CREATE INDEX answers_by_question ON answers (question_id);
CREATE INDEX photos_by_answer ON photos (answer_id);
