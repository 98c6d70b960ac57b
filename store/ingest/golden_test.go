package ingest_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/ingest"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// goldenFiles are those of testdata and of its folders, one for each tool.
func goldenFiles(tb testing.TB) []string {
	tb.Helper()

	var files []string
	for _, pattern := range []string{"testdata/*.*", "testdata/[^f]*/*.*"} {
		found, err := filepath.Glob(pattern)
		require.NoError(tb, err)
		for _, name := range found {
			if filepath.Ext(name) != ".golden" {
				files = append(files, name)
			}
		}
	}
	require.NotEmpty(tb, files)
	return files
}

// Each file of testdata has a readable companion: its receipt, the events that
// it became, and the records that were refused.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()

	for _, name := range goldenFiles(t) {
		t.Run(strings.TrimPrefix(name, "testdata/"), func(t *testing.T) {
			t.Parallel()

			file, err := os.Open(name)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, file.Close()) })
			var sink memory
			receipt, err := ingest.Import(t.Context(), &sink, ingest.File{Name: name, Reader: file}, noon, ingest.Options{Project: "stats", Time: noon})
			require.NoError(t, err)

			text, err := json.MarshalIndent(receipt, "", "  ")
			require.NoError(t, err)
			lines := append([]string{string(text), ""}, textsOf(t, sink.events)...)
			for _, r := range sink.refused {
				lines = append(lines, "", r.Path+": "+r.Reason, r.Record)
			}
			got := strings.Join(lines, "\n") + "\n"

			golden := strings.TrimSuffix(name, filepath.Ext(name)) + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}
