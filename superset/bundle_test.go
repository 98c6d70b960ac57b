package superset_test

import (
	"archive/zip"
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

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/doronpers/feedback-loop-go/superset"
)

var update = flag.Bool("update", false, "rewrite testdata from the current code")

const (
	sqliteURI   = "sqlite:////data/logistics.db"
	postgresURI = "postgres://reader:secret@db.example:5432/logistics?sslmode=require&pool_max_conns=4"
)

func TestBundleIsAsReviewed(t *testing.T) {
	t.Parallel()

	for name, uri := range map[string]string{"sqlite": sqliteURI, "postgres": postgresURI} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			golden := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, bundle(t, uri).WriteDir(golden))
			}
			dir := t.TempDir()
			require.NoError(t, bundle(t, uri).WriteDir(dir))
			want, got := tree(t, golden), tree(t, dir)
			assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), "files")
			for path := range want {
				assert.Equal(t, want[path], got[path], "%s: run go test ./superset -update and review the difference", path)
			}
		})
	}
}

func TestZipHoldsTheSameFilesBelowOneFolder(t *testing.T) {
	t.Parallel()

	b := bundle(t, sqliteURI)
	files, err := b.Files()
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.WriteZip(&out))
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Len(t, archive.File, len(files))
	for i, entry := range archive.File {
		assert.Equal(t, "bundle/"+files[i].Path, entry.Name)
		assert.Equal(t, zip.Store, entry.Method, "%s is compressed", entry.Name)
		r, err := entry.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, string(files[i].Content), string(content), entry.Name)
	}
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

func TestPasswordIsInNoBundle(t *testing.T) {
	t.Parallel()

	b := bundle(t, postgresURI)
	files, err := b.Files()
	require.NoError(t, err)
	for _, f := range files {
		assert.NotContains(t, string(f.Content), "secret", f.Path)
	}
	assert.Equal(t, map[string]string{"databases/logistics.yaml": "secret"}, b.Passwords())
	assert.Nil(t, bundle(t, sqliteURI).Passwords())
}

func TestUUIDsComeFromNames(t *testing.T) {
	t.Parallel()

	ids := func(b superset.Bundle) map[string]string {
		files, err := b.Files()
		require.NoError(t, err)
		ids := map[string]string{}
		for _, f := range files {
			var head struct{ UUID string }
			require.NoError(t, yaml.Unmarshal(f.Content, &head))
			if head.UUID != "" {
				ids[f.Path] = head.UUID
			}
		}
		return ids
	}
	before := ids(bundle(t, sqliteURI))
	seen := map[string]bool{}
	for path, id := range before {
		parsed, err := uuid.Parse(id)
		require.NoError(t, err, path)
		assert.Equal(t, parsed.String(), id, "%s: not in canonical form", path)
		assert.Equal(t, uuid.Version(5), parsed.Version(), path)
		assert.False(t, seen[id], "%s: uuid %s twice", path, id)
		seen[id] = true
	}

	moved := bundle(t, sqliteURI)
	slices.Reverse(moved.Dashboards[0].Rows)
	assert.Equal(t, before, ids(moved), "moving a chart changed a uuid")

	other := bundle(t, sqliteURI)
	other.Project, other.DatabaseName = "other", "logistics"
	for path, id := range ids(other) {
		assert.NotEqual(t, before[path], id, "%s: two projects share a uuid", path)
	}
}

func TestWriteDirReplacesABundle(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(t.TempDir(), "new", "bundle[1]")
	b := bundle(t, sqliteURI)
	require.NoError(t, b.WriteDir(dir))
	require.FileExists(t, filepath.Join(dir, "charts", "fleet.yaml"))
	notes := filepath.Join(dir, "charts", "notes.txt")
	require.NoError(t, os.WriteFile(notes, nil, 0o600))

	page := &b.Dashboards[0]
	page.Rows = page.Rows[:len(page.Rows)-1] // without the fleet
	page.Filters = page.Filters[1:]
	require.NoError(t, b.WriteDir(dir))
	assert.NoFileExists(t, filepath.Join(dir, "charts", "fleet.yaml"))
	assert.FileExists(t, filepath.Join(dir, "charts", "volume.yaml"))
	assert.FileExists(t, notes, "a file that is no part of a bundle")
}

func TestWriteDirLeavesOtherFoldersAlone(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), nil, 0o600))
	require.ErrorContains(t, bundle(t, sqliteURI).WriteDir(dir), "neither empty nor a bundle")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

func TestNothingIsWrittenWithMistakes(t *testing.T) {
	t.Parallel()

	b := bundle(t, sqliteURI)
	b.Dashboards[0].Title = ""
	var out bytes.Buffer
	require.ErrorContains(t, b.WriteZip(&out), "no title")
	assert.Zero(t, out.Len())
	dir := filepath.Join(t.TempDir(), "bundle")
	require.ErrorContains(t, b.WriteDir(dir), "no title")
	assert.NoDirExists(t, dir)
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

func BenchmarkBundle(b *testing.B) {
	var pages []superset.Dashboard // five pages of 36 charts
	for i := range 5 {
		p := page()
		p.Slug += "-" + string(rune('a'+i))
		var rows []superset.Row
		for j := range 6 {
			for _, row := range page().Rows {
				rows = append(rows, renamed(row, "-"+string(rune('a'+i))+string(rune('a'+j))))
			}
		}
		p.Rows = rows
		p.Filters = p.Filters[1:]
		pages = append(pages, p)
	}
	bundle := superset.Bundle{Database: database(b, sqliteURI), Dashboards: pages}
	for b.Loop() {
		if err := bundle.WriteZip(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(pages)*36), "charts/op")
}

// renamed is the row with other slugs.
func renamed(row superset.Row, suffix string) superset.Row {
	row.Cells = slices.Clone(row.Cells)
	for i := range row.Cells {
		cell := &row.Cells[i]
		if cell.Chart != nil {
			cell.Chart = slugged(cell.Chart, suffix)
		}
		cell.Stack = renamed(superset.Row{Cells: cell.Stack}, suffix).Cells
	}
	return row
}

func slugged(c superset.Chart, suffix string) superset.Chart {
	switch c := c.(type) {
	case superset.BigNumber:
		c.Slug += suffix
		return c
	case superset.Gauge:
		c.Slug += suffix
		return c
	case superset.BarLine:
		c.Slug += suffix
		return c
	case superset.Heatmap:
		c.Slug += suffix
		return c
	case superset.Table:
		c.Slug += suffix
		return c
	case superset.Total:
		c.Slug += suffix
		return c
	}
	panic("not a chart of the page")
}
