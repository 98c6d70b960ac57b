package store

// On PostgreSQL a table is set aside in a schema of its own, with its indexes
// and sequences, so that their names are free as well.
var postgresAdoption = adoptionSQL{
	relations: `SELECT c.relname, c.relkind = 'r', a.attname, COALESCE(a.attnum = ANY (k.indkey), false)
		FROM pg_catalog.pg_class AS c
		JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_catalog.pg_index AS k ON k.indrelid = c.oid AND k.indisprimary
		WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN (?) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		ORDER BY c.relname, a.attnum`,
	obstacles: `WITH old AS (
			SELECT oid, relname FROM pg_catalog.pg_class
			WHERE relnamespace = 'public'::regnamespace AND relname IN (?0)
		)
		SELECT 'trigger ' || tgname || ' on ' || old.relname
		FROM pg_catalog.pg_trigger JOIN old ON old.oid = tgrelid WHERE NOT tgisinternal
		UNION ALL SELECT 'foreign key of ' || conrelid::regclass || ' to ' || old.relname
		FROM pg_catalog.pg_constraint JOIN old ON old.oid = confrelid
		WHERE contype = 'f' AND conrelid NOT IN (SELECT oid FROM old)
		UNION ALL SELECT DISTINCT 'view ' || r.ev_class::regclass || ' of ' || old.relname
		FROM pg_catalog.pg_depend AS d
		JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
		JOIN old ON old.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
		WHERE r.ev_class <> old.oid
		ORDER BY 1`,
	begin:    "CREATE SCHEMA fl_adopted",
	setAside: `ALTER TABLE public.%[1]s SET SCHEMA fl_adopted`,
	aside:    "fl_adopted.",
	column:   `"%s"::text`,
	dropped:  "DROP SCHEMA fl_adopted",
	rights: `WITH granted AS (
			SELECT to_regclass(c.relname) AS ours, a.privilege_type, a.is_grantable,
				CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
			FROM pg_catalog.pg_class AS c, aclexplode(c.relacl) AS a
			WHERE c.relnamespace = 'fl_adopted'::regnamespace AND c.relname IN (?) AND a.grantee <> c.relowner
		)
		SELECT format('GRANT %s ON %s TO %s', privilege_type, ours, grantee)
			|| CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
		FROM granted
		UNION SELECT format('GRANT USAGE ON SCHEMA %s TO %s', c.relnamespace::regnamespace, grantee)
		FROM granted JOIN pg_catalog.pg_class AS c ON c.oid = ours`,
	sequence: `SELECT setval(pg_get_serial_sequence(?, 'id'), ?)`,
}
