SELECT name FROM customers WHERE id = 7;
SELECT c.name, SUM(i.price) s FROM customers c JOIN orders o ON o.customer = c.id JOIN items i ON i.order_id = o.id WHERE c.city = 'Oslo' GROUP BY c.name ORDER BY s DESC LIMIT 3;
SELECT name FROM customers WHERE id IN (SELECT customer FROM orders WHERE day > '2026-10-20') LIMIT 3;
SELECT COUNT(*) FROM items WHERE price > (SELECT AVG(price) FROM items) + (SELECT MIN(price) FROM items WHERE order_id < 9);
