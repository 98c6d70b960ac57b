// Package suite is what the tests of package fltest record.
package suite

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doronpers/feedback-loop-go/store/fltest"
)

func TestMain(m *testing.M) {
	fltest.Main(m, os.Getenv("METRICS_DB_URI"), fltest.Options{RunID: os.Getenv("SUITE_RUN"), Project: "suite"})
}

func TestPasses(*testing.T) {}

func TestSkips(t *testing.T) { t.Skip("not today") }

func TestFails(t *testing.T) {
	fltest.Pattern(t, "bounds_checking")
	fltest.Generation(t, strings.Repeat("ab", 32))
	t.Log("before")
	fmt.Println("printed")
	fmt.Print("not ended")
	t.Error("got 1\nwant 2")
}

func TestContains(t *testing.T) {
	fltest.Pattern(t, "retry")
	t.Run("good", func(*testing.T) {})
	t.Run("bad one", func(t *testing.T) {
		t.Log("about to")
		t.Run("deep", func(t *testing.T) { t.Error("deep down") })
	})
	t.Run("skipped", func(t *testing.T) { t.Skip() })
	t.Log("after")
}

func TestParallel(t *testing.T) {
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log("of", name)
			if name == "b" {
				t.Fail()
			}
		})
	}
}

var tries atomic.Int32

func TestFlaky(t *testing.T) {
	if tries.Add(1) == 1 {
		t.Error("only the first time")
	}
}

func TestLeaks(t *testing.T) {
	t.Errorf("postgresql://shop:%s@db.example.com/shop", "xK9vQ2mLp4")
}

// What follows ends the process.

func TestPanics(t *testing.T) {
	t.Log("last words")
	t.Run("below", func(*testing.T) {
		panic(errors.New("oh no"))
	})
}

func TestExits(*testing.T) { os.Exit(3) }

func TestTakesTooLong(*testing.T) { time.Sleep(time.Hour) }

func TestStartsItself(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run=TestPasses").CombinedOutput()
	if err != nil || string(out) != "PASS\n" {
		t.Errorf("%v: %s", err, out)
	}
}
