package store_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var migrateRounds = flag.Int("migrate-rounds", 3, "how often processes migrate an empty database at once")

// files returns migrations with the same statements for both databases.
func files(statements ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, s := range statements {
		for _, folder := range []string{"sqlite", "postgres"} {
			fs["migrations/"+folder+"/000"+strconv.Itoa(i+1)+"_step.sql"] = &fstest.MapFile{Data: []byte(s)}
		}
	}
	return fs
}

const (
	first  = "CREATE TABLE one (id bigint, text text); INSERT INTO one VALUES (1, 'what? $1 ?');\n-- really?\n"
	second = "CREATE TABLE two (id bigint); CREATE VIEW both_views AS SELECT text FROM one WHERE text <> '?';"
)

func TestMigrateAppliesWhatIsMissing(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		require.ErrorIs(t, store.CheckFiles(ctx, db, files(first)), store.ErrSchemaMissing)
		require.NoError(t, store.MigrateFiles(ctx, db, files(first)))
		require.NoError(t, store.MigrateFiles(ctx, db, files(first)), "again")
		require.ErrorIs(t, store.CheckFiles(ctx, db, files(first, second)), store.ErrSchemaOld)
		require.NoError(t, store.MigrateFiles(ctx, db, files(first, second)))
		require.NoError(t, store.CheckFiles(ctx, db, files(first, second)))
		assert.Equal(t, "what? $1 ?", setting(t, db, "SELECT text FROM both_views"))
	})
}

func TestMigrateRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		require.NoError(t, store.MigrateFiles(ctx, db, files(first, second)))
		for _, do := range []func(fstest.MapFS) error{
			func(fs fstest.MapFS) error { return store.MigrateFiles(ctx, db, fs) },
			func(fs fstest.MapFS) error { return store.CheckFiles(ctx, db, fs) },
		} {
			err := do(files(first))
			require.ErrorIs(t, err, store.ErrSchemaNew)
			require.ErrorContains(t, err, "0002_step.sql")

			err = do(files(first+" ", second, "CREATE TABLE three (id bigint)"))
			require.ErrorIs(t, err, store.ErrSchemaChanged)
			require.ErrorContains(t, err, "0001_step.sql")

			require.NoError(t, do(files("CREATE TABLE one (id bigint, text text); INSERT INTO one VALUES (1, 'what? $1 ?');\r\n-- really?\r\n", second)),
				"a checkout that changed line ends")
		}
	})
}

func TestMigrateFailsAsAWhole(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		err := store.MigrateFiles(ctx, db, files(first, second, "CREATE TABLE three (id bigint); SELECT nonsense"))
		require.ErrorContains(t, err, "store: migrate: 0003_step.sql: ")
		require.ErrorIs(t, store.CheckFiles(ctx, db, files(first)), store.ErrSchemaMissing, "nothing is left of it")
		require.NoError(t, store.MigrateFiles(ctx, db, files(first, second)), "nothing is in the way")
	})
}

func TestMigrationFilesAreNumbered(t *testing.T) {
	t.Parallel()

	db := open(t, storetest.SQLite(t), store.Options{})
	for name, c := range map[string]struct{ file, want string }{
		"a gap":         {"0002_step.sql", "0002_step.sql: number 1 comes here"},
		"no number":     {"step.sql", "step.sql: the name is not NNNN_name.sql"},
		"not SQL":       {"0001_step.txt", "0001_step.txt: the name is not NNNN_name.sql"},
		"a down script": {"0001_step.down.sql", "the name is not NNNN_name.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			fs := fstest.MapFS{"migrations/sqlite/" + c.file: {Data: []byte(first)}}
			require.ErrorContains(t, store.MigrateFiles(t.Context(), db, fs), c.want)
		})
	}
}

func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	t.Parallel()

	names := func(folder string) (names []string) {
		entries, err := os.ReadDir(filepath.Join("migrations", folder))
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	assert.Equal(t, names("sqlite"), names("postgres"))

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all, err := store.Status(t.Context(), db)
		require.NoError(t, err)
		for i, m := range all {
			assert.Equal(t, names("sqlite")[i], m.Name)
			assert.Equal(t, store.MigrationApplied, m.State, m.Name)
			assert.Len(t, m.Checksum, 64)
		}
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()

	states := func(all []store.MigrationStatus) (states []store.MigrationState) {
		for _, m := range all {
			states = append(states, m.State)
			assert.Equal(t, m.State == store.MigrationPending, m.AppliedAt.IsZero(), m.Name)
			assert.Equal(t, "000"+strconv.Itoa(m.Version)+"_step.sql", m.Name)
		}
		return states
	}
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		all, err := store.StatusFiles(ctx, db, files(first, second))
		require.NoError(t, err)
		assert.Equal(t, []store.MigrationState{store.MigrationPending, store.MigrationPending}, states(all))

		require.NoError(t, store.MigrateFiles(ctx, db, files(first, second)))
		all, err = store.StatusFiles(ctx, db, files(first, second, "SELECT 1"))
		require.NoError(t, err)
		assert.Equal(t, []store.MigrationState{store.MigrationApplied, store.MigrationApplied, store.MigrationPending}, states(all))

		all, err = store.StatusFiles(ctx, db, files(first+" "))
		require.NoError(t, err)
		assert.Equal(t, []store.MigrationState{store.MigrationChanged, store.MigrationUnknown}, states(all))
	})
}

func TestCheckNeedsOnlyToRead(t *testing.T) {
	t.Parallel()

	dsn := storetest.Postgres(t)
	owner := open(t, dsn, store.Options{})
	require.NoError(t, store.Migrate(t.Context(), owner))
	name := filepath.Base(setting(t, owner, "SELECT current_database()")) + "_reader"
	_, err := owner.ExecContext(t.Context(), "CREATE ROLE "+name+"; GRANT SELECT ON fl_migrations TO "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := owner.ExecContext(context.Background(), "DROP OWNED BY "+name+"; DROP ROLE "+name)
		assert.NoError(t, err)
	})

	reader := open(t, with(t, with(t, dsn, "options", "-c role="+name+" -c default_transaction_read_only=on"), "target_session_attrs", "any"), store.Options{})
	assert.Equal(t, name, setting(t, reader, "SELECT current_user"))
	require.NoError(t, store.Check(t.Context(), reader))
	require.NoError(t, store.Migrate(t.Context(), reader), "nothing to do")
}

func TestProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()

	const processes = 8
	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for range *migrateRounds {
				dsn := fresh(t)
				migrateAtOnce(t, dsn, processes)
				db := open(t, dsn, store.Options{})
				require.NoError(t, store.Check(t.Context(), db))
			}
		})
	}
}

// migrateAtOnce starts processes and, when all of them run, lets them go.
func migrateAtOnce(t *testing.T, dsn string, processes int) {
	t.Helper()

	waiting, start, err := os.Pipe()
	require.NoError(t, err)
	defer waiting.Close()
	defer start.Close()
	arrivals, arrive, err := os.Pipe()
	require.NoError(t, err)
	defer arrivals.Close()
	defer arrive.Close()

	all := make([]*exec.Cmd, processes)
	stderr := make([]bytes.Buffer, processes)
	for i := range all {
		all[i] = migrateProcess(t.Context(), dsn, "")
		all[i].Stdin, all[i].Stdout, all[i].Stderr = waiting, arrive, &stderr[i]
		require.NoError(t, all[i].Start())
	}
	_, err = io.ReadFull(arrivals, make([]byte, processes))
	require.NoError(t, err)
	require.NoError(t, start.Close())
	for i, cmd := range all {
		assert.NoError(t, cmd.Wait(), "%s", &stderr[i])
	}
}

func TestKillDuringMigrationNeedsNoRepair(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for kill := 0; ; kill++ { // at every query, until there are no more
				dsn := fresh(t)
				killed := migrateProcess(t.Context(), dsn, strconv.Itoa(kill)).Run() != nil
				if !killed {
					assert.Greater(t, kill, 8, "steps of a migration")
					return
				}
				db := open(t, dsn, store.Options{})
				all, err := store.Status(t.Context(), db)
				require.NoError(t, err)
				done := slices.ContainsFunc(all, func(m store.MigrationStatus) bool { return m.State == store.MigrationApplied })
				pending := slices.ContainsFunc(all, func(m store.MigrationStatus) bool { return m.State == store.MigrationPending })
				assert.NotEqual(t, done, pending, "killed at query %d: all or nothing", kill)
				require.NoError(t, store.Migrate(t.Context(), db), "killed at query %d", kill)
				require.NoError(t, store.Check(t.Context(), db))
			}
		})
	}
}
