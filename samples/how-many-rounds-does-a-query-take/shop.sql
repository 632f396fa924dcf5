CREATE DATABASE shop;
USE shop;
CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40), city VARCHAR(20), KEY (city));
CREATE TABLE orders (id INT PRIMARY KEY, customer INT, day DATE, KEY (customer), KEY (day));
CREATE TABLE items (id INT PRIMARY KEY, order_id INT, price DECIMAL(8,2), KEY (order_id));
INSERT INTO customers SELECT seq, CONCAT('customer ', seq), ELT(1 + seq % 4, 'Oslo', 'Lima', 'Bern', 'Riga') FROM seq_1_to_200;
INSERT INTO orders SELECT seq, 1 + seq % 200, '2026-01-01' + INTERVAL seq % 300 DAY FROM seq_1_to_2000;
INSERT INTO items SELECT seq, 1 + seq % 2000, seq % 97 + 0.5 FROM seq_1_to_6000;
ANALYZE TABLE customers, orders, items;
