package program

import (
	"context"
	"flag"

	"github.com/doronpers/feedback-loop-go/store"
)

// DefaultDSN is the database of who names none.
const DefaultDSN = "sqlite:///feedback.db"

// Database is the choice of a database by flags and environment.
type Database struct {
	env       Env
	dsn       *string
	noMigrate *bool
}

// DatabaseFlag defines -db.
func (e Env) DatabaseFlag(fs *flag.FlagSet) *Database {
	return &Database{
		env: e,
		dsn: fs.String("db", "", "database: sqlite:///file.db, a path, or postgresql://user@host/name;\n"+
			"else $METRICS_DB_URI, else "+DefaultDSN),
	}
}

// WritableDatabaseFlags defines -db and -no-migrate, for programs that write.
func (e Env) WritableDatabaseFlags(fs *flag.FlagSet) *Database {
	d := e.DatabaseFlag(fs)
	d.noMigrate = fs.Bool("no-migrate", false, "leave the schema as it is and fail if it does not fit")
	return d
}

// DSN returns the chosen address: flag, environment, default.
func (d *Database) DSN() string {
	if *d.dsn != "" {
		return *d.dsn
	}
	if dsn := d.env.Getenv("METRICS_DB_URI"); dsn != "" {
		return dsn
	}
	return DefaultDSN
}

// Open opens the chosen database and sees to its schema: a program that writes
// brings it to the current one unless told not to, any other checks it.
func (d *Database) Open(ctx context.Context, o store.Options) (*store.DB, error) {
	db, err := store.Open(ctx, d.DSN(), o)
	if err != nil {
		return nil, err
	}
	if d.noMigrate != nil && !*d.noMigrate {
		err = store.Migrate(ctx, db)
	} else {
		err = store.Check(ctx, db)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}
