package e2e_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// metadata is what a Superset has stored: the rows of each of its tables, and
// under "table uuid" the id of each object that has one.
type metadata map[string]int64

// changing are tables that every visit writes to.
var changing = []string{"logs", "key_value", "ab_user", "ab_user_role", "query", "cache_keys"}

// metadata reads the server's own database while the server runs.
func (s server) metadata(t *testing.T) metadata {
	t.Helper()

	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.home, "superset.db")+"?mode=ro&_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	defer db.Close()

	found := metadata{}
	for _, table := range column[string](t, db, `SELECT name FROM sqlite_schema WHERE type = 'table'`) {
		if slices.Contains(changing, table) {
			continue
		}
		found[table] = column[int64](t, db, fmt.Sprintf(`SELECT COUNT(*) FROM %q`, table))[0]

		columns := column[string](t, db, fmt.Sprintf(`SELECT name FROM pragma_table_info(%q)`, table))
		if !slices.Contains(columns, "uuid") || !slices.Contains(columns, "id") {
			continue
		}
		uuids := column[string](t, db, fmt.Sprintf(`SELECT COALESCE(HEX(uuid), 'NULL') FROM %q ORDER BY id`, table))
		ids := column[int64](t, db, fmt.Sprintf(`SELECT id FROM %q ORDER BY id`, table))
		require.Len(t, ids, len(uuids))
		for i, uuid := range uuids {
			found[table+" "+uuid] = ids[i]
		}
	}

	return found
}

// column returns the only column of a query.
func column[T any](t *testing.T, db *sql.DB, query string) []T {
	t.Helper()

	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer rows.Close()

	var values []T
	for rows.Next() {
		var value T
		require.NoError(t, rows.Scan(&value))
		values = append(values, value)
	}
	require.NoError(t, rows.Err())

	return values
}
