DROP TABLE invoice_reference;
