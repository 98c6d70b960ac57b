// Dashboards writes the pages of this project as a bundle that Apache Superset
// imports, pushes them into a Superset, or checks bundles that others wrote.
package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

func main() { program.Main("dashboards", run) }

func run(ctx context.Context, env program.Env) error {
	command := ""
	if len(env.Args) > 0 {
		command = env.Args[0]
	}
	switch command {
	case "push":
		env.Args = env.Args[1:]
		return push(ctx, env)
	case "lint":
		env.Args = env.Args[1:]
		return lint(env)
	}
	return write(env)
}

// write writes the bundle to a file or folder.
func write(env program.Env) error {
	fs := env.Flags("dashboards", "Dashboards writes the pages as a bundle for Apache Superset. It holds no password;\n"+
		"dashboards push imports it and gives the password along.")
	out := fs.String("out", "bundle.zip", "a ZIP if it ends in .zip, else a folder")
	bundle, err := parse(env, fs)
	if err != nil {
		return err
	}
	if strings.HasSuffix(strings.ToLower(*out), ".zip") {
		err = program.ReplaceFile(*out, bundle.WriteZip)
	} else {
		err = bundle.WriteDir(*out)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "dashboards: wrote %s, which reads %s\n", *out, bundle.Database)
	return nil
}

// push imports the bundle into a Superset.
func push(ctx context.Context, env program.Env) error {
	fs := env.Flags("dashboards push", "Dashboards push imports the pages into an Apache Superset. Importing again updates them.\n"+
		"It logs in as $SUPERSET_USER with $SUPERSET_PASSWORD.")
	address := fs.String("url", "", "address of Superset, such as http://localhost:8088")
	bundle, err := parse(env, fs)
	if err != nil {
		return err
	}
	user, password := env.Getenv("SUPERSET_USER"), env.Getenv("SUPERSET_PASSWORD")
	switch {
	case *address == "":
		return program.Usage("push needs the address of a Superset: -url http://localhost:8088")
	case user == "" || password == "":
		return program.Usage("push needs $SUPERSET_USER and $SUPERSET_PASSWORD")
	}

	var zip bytes.Buffer
	if err := bundle.WriteZip(&zip); err != nil {
		return err
	}
	client, err := superset.Login(ctx, *address, user, password, superset.ClientOptions{})
	if err != nil {
		return err
	}
	if err := client.Push(ctx, zip.Bytes(), bundle.Passwords()); err != nil {
		return err
	}
	for _, page := range bundle.Dashboards {
		fmt.Fprintf(env.Stdout, "%s/superset/dashboard/%s/\n", strings.TrimRight(*address, "/"), page.Slug)
	}
	return nil
}

// parse reads the flags, with the one that both commands have, and returns the
// bundle over the chosen database.
func parse(env program.Env, fs *flag.FlagSet) (superset.Bundle, error) {
	uri := fs.String("db-uri", "", "database as Superset reaches it: sqlite:////absolute/file.db or postgresql://user@host/name;\n"+
		"else $METRICS_DB_URI, which is the place for a password, else "+program.DefaultDSN)
	version := fs.String("superset", "", "version that imports it: 4.1, 5.0 or 6.1, which has a chart more; without it, all of them")
	if err := env.Parse(fs); err != nil {
		return superset.Bundle{}, err
	}
	if err := program.NoArgs(fs); err != nil {
		return superset.Bundle{}, err
	}
	database, err := superset.ParseDatabase(cmp.Or(*uri, env.Getenv("METRICS_DB_URI"), program.DefaultDSN))
	if err != nil {
		return superset.Bundle{}, &program.ExitError{Code: program.ExitUsage, Err: err}
	}
	target, err := parseVersion(*version)
	if err != nil {
		return superset.Bundle{}, err
	}
	return superset.Bundle{Database: database, Dashboards: dashboards.All(), Version: target}, nil
}
