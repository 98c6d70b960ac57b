package superset_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata from the current code")

func TestBundleIsAsReviewed(t *testing.T) {
	t.Parallel()

	tests := map[string]string{
		"sqlite":   "sqlite:////data/logistics.db",
		"postgres": "postgres://reader:secret@db.example:5432/logistics?sslmode=require&pool_max_conns=4",
	}
	for name, uri := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			golden := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, bundle(t, uri).WriteDir(golden))
			}
			dir := t.TempDir()
			require.NoError(t, bundle(t, uri).WriteDir(dir))
			assert.Equal(t, tree(t, golden), tree(t, dir), "run go test ./superset -update and review the difference")
		})
	}
}

// tree is the content of each file below the folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()

	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	require.NoError(t, err)
	return files
}
