const { Client } = require("pg");

module.exports.query = (text) => new Client().query(text);
