package redact_test

import (
	"flag"
	"go/build"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/redact"
)

var sources = flag.String("sources", filepath.Join(build.Default.GOROOT, "src", "net", "http"), "folder of Go code to count false alarms in")

// Code of the standard library has no secrets, but tests full of keys and
// passwords that are none. All of it: -sources "$(go env GOROOT)/src" -v.
func TestFalseAlarmsInGoCode(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	size, alarms, byRule := 0, 0, map[string]int{}
	require.NoError(t, filepath.WalkDir(*sources, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, found := r.Text(string(code))
		for _, f := range found {
			byRule[f.Rule]++
		}
		size += len(code)
		alarms += len(found)
		return nil
	}))
	perMB := float64(alarms) / (float64(size) / 1e6)
	t.Logf("%d in %.1f MB, %.2f per MB", alarms, float64(size)/1e6, perMB)
	for _, rule := range slices.Sorted(maps.Keys(byRule)) {
		t.Logf("%4d %s", byRule[rule], rule)
	}
	assert.Less(t, perMB, 5.0)
}

func BenchmarkText(b *testing.B) {
	r := newRedactor(b, redact.Options{})
	code, err := os.ReadFile(filepath.Join(build.Default.GOROOT, "src", "net", "http", "server.go"))
	require.NoError(b, err)
	long := strings.Repeat("Write a function that averages the rows of a table and skips those without a value. ", 50)
	for name, text := range map[string]string{
		"prompt of 84 bytes":         long[:84],
		"prompt of 4 KB":             long,
		"code of 4 KB":               string(code[20_000:24_000]),
		"code of 120 KB":             string(code),
		"code with a secret, 4 KB":   string(code[20_000:22_000]) + samples(1)["GitHub token in a prompt"].String() + string(code[22_000:24_000]),
		"nothing but keywords, 4 KB": strings.Repeat("key = token, ", 310),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r.Text(text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newRedactor(b, redact.Options{})
	}
}
