package store_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/store"
)

// Tests that need several processes start this test program again, with a
// database to migrate in the environment.
const (
	migrateDSN  = "STORE_TEST_MIGRATE"
	migrateKill = "STORE_TEST_KILL" // after how many queries the process kills itself
)

func TestMain(m *testing.M) {
	dsn := os.Getenv(migrateDSN)
	if dsn == "" {
		m.Run()
		return
	}
	if err := migrateInProcess(dsn, os.Getenv(migrateKill)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func migrateInProcess(dsn, kill string) error {
	fmt.Print(".") // it runs
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()

	if kill != "" {
		n, err := strconv.Atoi(kill)
		if err != nil {
			return err
		}
		db.DB = db.WithQueryHook(&killer{after: n})
	}
	if err := store.Migrate(ctx, db); err != nil {
		return err
	}
	return store.Check(ctx, db)
}

// killer ends the process without any chance to tidy up.
type killer struct{ after int }

func (k *killer) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	if k.after--; k.after < 0 {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {} // until it happens
	}
	return ctx
}

func (k *killer) AfterQuery(context.Context, *bun.QueryEvent) {}

// migrateProcess is a process that migrates a database.
func migrateProcess(ctx context.Context, dsn string, kill string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), migrateDSN+"="+dsn, migrateKill+"="+kill)
	return cmd
}
