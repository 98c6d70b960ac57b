package fltest_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/fltest"
)

func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"",
		"\x16=== RUN   TestA\nprinted\nnot ended\x16--- FAIL: TestA (0.01s)\npanic: no\n",
		"\x16=== RUN   TestA\n\x16=== ATTR  TestA key a value\n\x16=== RUN   TestA/b\n\x16--- PASS: TestA/b (1.50s)\n\x16=== NAME  TestA\n" +
			"    a_test.go:1: hi\n\x16--- SKIP: TestA (1.50s)\n\x16=== NAME  \n\x16PASS\ncoverage: 80%\n",
		"\x16=== RUN\n\x16===\n\x16--- FAIL:\n\x16--- BENCH: B (x)\n\x16\x16\n\xff\r\n=== RUN   TestA\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, output []byte) {
		events := fltest.Events(output, 1<<20, 1)
		require.NotEmpty(t, events)
		assert.Equal(t, events, fltest.Events(output, 1, 1), "pieces of 1 byte")
		assert.Equal(t, events, fltest.Events(output, 7, 1), "pieces of 7 bytes")
		last := events[len(events)-1]
		assert.Contains(t, last, `"Action":"fail","Package":"shop","Elapsed":`)
	})
}

func TestStreamIsTest2JSON(t *testing.T) {
	t.Parallel()

	output, err := exec.CommandContext(t.Context(), binary, "-test.v=test2json", "-test.run=Contains|Fails|Parallel|Skips").Output()
	require.ErrorContains(t, err, "exit status 1")
	output = append(output, "FAIL\tshop\n"...) // as go test does
	cmd := exec.CommandContext(t.Context(), "go", "tool", "test2json", "-p", "shop")
	cmd.Stdin = bytes.NewReader(output)
	want, err := cmd.Output()
	require.NoError(t, err)

	assert.Equal(t, essence(strings.Split(string(want), "\n")), essence(fltest.Events(output, 4096, 1)))
}

// essence leaves out what nobody needs: the start and lines of package testing
// as output.
func essence(events []string) []string {
	var left []string
	for _, e := range events {
		e = strings.Replace(e, `"Time":"0001-01-01T00:00:00Z",`, "", 1)
		if before, _, timed := strings.Cut(e, `,"Elapsed":`); timed {
			e = before + "}"
		}
		if e != "" && !strings.Contains(e, `"Output":"=== `) && !strings.Contains(e, `"Output":"--- `) && !strings.Contains(e, `"Action":"start"`) {
			left = append(left, e)
		}
	}
	return left
}
