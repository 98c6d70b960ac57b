package dashboards_test

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

var update = flag.Bool("update", false, "rewrite testdata from the current code")

const (
	sqliteURI   = "sqlite:////data/feedback.db"
	postgresURI = "postgres://superset:s3cret@db.example:5432/feedback?sslmode=require"
)

func bundle(tb testing.TB, uri string) superset.Bundle {
	tb.Helper()

	db, err := superset.ParseDatabase(uri)
	require.NoError(tb, err)
	return superset.Bundle{Database: db, Dashboards: dashboards.All()}
}

// datasets are all that pages use, for whatever version they are.
func datasets(t *testing.T) []superset.Dataset {
	t.Helper()

	newest := bundle(t, sqliteURI)
	newest.Version = superset.Version61
	return newest.Datasets()
}

func TestBundleIsAsReviewed(t *testing.T) {
	t.Parallel()

	for name, uri := range map[string]string{"sqlite": sqliteURI, "postgres": postgresURI} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			golden := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, bundle(t, uri).WriteDir(golden))
			}
			files, err := bundle(t, uri).Files()
			require.NoError(t, err)
			got := map[string]string{}
			for _, f := range files {
				got[f.Path] = string(f.Content)
			}
			want := tree(t, golden)
			assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), "files")
			for path := range want {
				assert.Equal(t, want[path], got[path], "%s: run go test ./superset/dashboards -update and review the difference", path)
			}
		})
	}
}

// tree is the content of each file below the folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()

	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(content)
		return err
	})
	require.NoError(t, err)
	return files
}

// Not parallel: it changes the time zone and the number of processors.
func TestSameBytesEverywhere(t *testing.T) { //nolint:paralleltest // see above
	zip := func() []byte {
		var out bytes.Buffer
		require.NoError(t, bundle(t, sqliteURI).WriteZip(&out))
		return out.Bytes()
	}
	want := zip()
	zone, procs := time.Local, runtime.GOMAXPROCS(0)
	t.Cleanup(func() {
		time.Local = zone
		runtime.GOMAXPROCS(procs)
	})
	t.Setenv("LC_ALL", "tr_TR.UTF-8")
	for _, offset := range []int{-11, 0, 14} {
		time.Local = time.FixedZone("", offset*3600)
		runtime.GOMAXPROCS(1 + offset&1)
		for range 5 { // maps iterate differently each time
			require.True(t, bytes.Equal(want, zip()), "bytes differ at UTC%+d", offset)
		}
	}
}

func TestNoSecretInBundle(t *testing.T) {
	t.Parallel()

	files, err := bundle(t, postgresURI).Files()
	require.NoError(t, err)
	for _, f := range files {
		assert.NotContains(t, string(f.Content), "s3cret", f.Path)
	}
}

// What the datasets say of their tables is true on both databases: the same
// columns, each of the type that it is said to have.
func TestDatasetsFitTheDatabase(t *testing.T) {
	t.Parallel()

	types := map[superset.ColumnType][]string{ // on PostgreSQL and on SQLite
		superset.Text:    {"text"},
		superset.Integer: {"bigint", "integer"},
		superset.Float:   {"double precision", "real"},
		superset.Time:    {"timestamp with time zone", "text"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		populated(t, db)
		typeOf := "typeof"
		if isPostgres(db) {
			typeOf = "pg_typeof"
		}
		for _, d := range datasets(t) {
			rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+d.Name+" LIMIT 0")
			require.NoError(t, err)
			columns, err := rows.Columns()
			require.NoError(t, err)
			require.NoError(t, rows.Close())
			var described []string
			for _, c := range d.Columns {
				described = append(described, c.Name)
			}
			assert.ElementsMatch(t, columns, described, d.Name)

			for _, c := range d.Columns {
				var found []string
				err := db.NewSelect().Distinct().ColumnExpr("CAST("+typeOf+"(?) AS TEXT)", bun.Ident(c.Name)).
					TableExpr(d.Name).Where("? IS NOT NULL", bun.Ident(c.Name)).Scan(t.Context(), &found)
				require.NoError(t, err)
				assert.LessOrEqual(t, len(found), 1, "%s.%s: %v", d.Name, c.Name, found)
				assert.Subset(t, types[c.Type], found, "%s.%s", d.Name, c.Name)
			}
		}
	})
}

// Every saved metric runs on both databases, also where there is nothing.
func TestMetricsRun(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		populated(t, db)
		for _, d := range datasets(t) {
			for _, m := range d.Metrics {
				q := superset.Query{Metrics: []string{m.Name}, Limit: 1}
				found := run(t, db, superset.About{Dataset: d}, q, twelveWeeks)
				require.Len(t, found, 1)
				if d.Name == "v_generation_errors" && m.Name == string(kpi.SuccessRate) {
					assert.Equal(t, "0", found[0][0], "code that does not compile does not succeed")
				} else {
					assert.NotContains(t, []string{"NULL", "0"}, found[0][0], "%s.%s", d.Name, m.Name)
				}

				future := period{now.AddDate(1, 0, 0), now.AddDate(2, 0, 0)}
				nothing := run(t, db, superset.About{Dataset: d}, q, future)
				require.Len(t, nothing, 1)
				assert.Contains(t, []string{"NULL", "0"}, nothing[0][0], "%s.%s", d.Name, m.Name)
			}
		}
	})
}

// The list of each filter has something to choose, and no empty line.
func TestFiltersOfferValues(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		populated(t, db)
		for _, page := range dashboards.All() {
			for _, f := range page.Filters {
				s, ok := f.(superset.Select)
				if !ok {
					continue
				}
				about := superset.About{Dataset: s.Dataset, Where: s.Where}
				q := superset.Query{Columns: []string{s.Column}, Limit: 100_000}
				offered := run(t, db, about, q, period{now.AddDate(-1, 0, 0), now})
				values := map[string]bool{}
				for _, row := range offered {
					values[row[0]] = true
				}
				assert.Greater(t, len(values), 1, s.Column)
				assert.NotContains(t, values, "NULL", s.Column)
			}
		}
	})
}

func BenchmarkBundle(b *testing.B) {
	bundle := bundle(b, sqliteURI)
	for b.Loop() {
		if err := bundle.WriteZip(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
