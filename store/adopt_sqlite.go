package store

// On SQLite a table is set aside under another name. In its old way of renaming,
// views and triggers keep the name that they were written with, and so find our
// table afterwards.
var sqliteAdoption = adoptionSQL{
	relations: `SELECT m.name, m.type = 'table', c.name, c.pk > 0
		FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
		WHERE m.name IN (?) AND m.type IN ('table', 'view') ORDER BY m.name, c.cid`,
	obstacles: `SELECT 'trigger ' || name || ' on ' || tbl_name FROM sqlite_schema
		WHERE type = 'trigger' AND tbl_name IN (?0)
		UNION ALL SELECT DISTINCT 'foreign key of ' || m.name || ' to ' || k."table"
		FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS k
		WHERE m.type = 'table' AND k."table" IN (?0) AND m.name NOT IN (?0) ORDER BY 1`,
	views:    `SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name`,
	begin:    "PRAGMA legacy_alter_table = ON",
	end:      "PRAGMA legacy_alter_table = OFF",
	setAside: `ALTER TABLE %[1]s RENAME TO fl_adopted_%[1]s`,
	aside:    "fl_adopted_",
	column:   `+"%s"`, // without the sign the driver would read what the declared type promises
}
