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

// Each file of testdata has a readable companion: its receipt, the events that
// it became, and the records that were refused.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()

			file, err := os.Open(name)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, file.Close()) })
			var sink memory
			receipt, err := ingest.Import(t.Context(), &sink, ingest.File{Name: name, Reader: file}, noon, ingest.Options{Project: "stats"})
			require.NoError(t, err)

			text, err := json.MarshalIndent(receipt, "", "  ")
			require.NoError(t, err)
			lines := append([]string{string(text), ""}, textsOf(t, sink.events)...)
			for _, r := range sink.refused {
				lines = append(lines, "", r.Path+": "+r.Reason, r.Record)
			}
			got := strings.Join(lines, "\n") + "\n"

			golden := strings.TrimSuffix(name, ".json") + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}
