package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/superset"
)

// checked is a file and what is wrong with it, as -json writes it.
type checked struct {
	File     string    `json:"file"`
	Problems []problem `json:"problems"`
}

type problem struct {
	Rule    superset.Rule `json:"rule"`
	Path    string        `json:"path"`
	Message string        `json:"message"`
	Fix     string        `json:"fix"`
}

// lint checks bundles and single files that anybody may have written.
func lint(env program.Env) error {
	fs := env.Flags("dashboards lint", "Dashboards lint checks what Superset would import: FILE is a bundle as ZIP or folder,\n"+
		"or a single YAML or JSON file of an export. Exit code 1 means that there are problems.")
	version := fs.String("superset", "", "version that is to import it: 4.1, 5.0 or 6.1; without it, all of them")
	asJSON := fs.Bool("json", false, "write the problems as JSON")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return program.Usage("lint needs a file: bundle.zip")
	}
	target, err := parseVersion(*version)
	if err != nil {
		return err
	}

	files, count := []checked{}, 0
	for _, name := range fs.Args() {
		found, err := lintFile(name, superset.LintOptions{Version: target})
		if err != nil {
			return &program.ExitError{Code: program.ExitUsage, Err: err}
		}
		file := checked{File: name, Problems: []problem{}}
		for _, p := range found {
			file.Problems = append(file.Problems, problem{p.Rule, p.Path, p.Message, p.Fix})
		}
		files = append(files, file)
		count += len(found)
	}
	if *asJSON {
		if err := program.WriteJSON(env.Stdout, map[string]any{"files": files}); err != nil {
			return err
		}
	} else {
		for _, file := range files {
			for _, p := range file.Problems {
				fmt.Fprintf(env.Stdout, "%s: %s: %s [%s]\n    fix: %s\n", file.File, p.Path, p.Message, p.Rule, p.Fix)
			}
		}
	}
	if count > 0 {
		return fmt.Errorf("%d problems", count)
	}
	return nil
}

// lintFile finds out what the file is. It fails only if the file cannot be read.
func lintFile(name string, o superset.LintOptions) ([]superset.Problem, error) {
	about, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if about.IsDir() {
		return superset.Lint(os.DirFS(name), o), nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(content, []byte("PK")) {
		return superset.LintZip(content, o), nil
	}
	return superset.LintDocument(name, content, o), nil
}

// parseVersion reads a flag; nothing is every version.
func parseVersion(name string) (superset.Version, error) {
	if name == "" {
		return "", nil
	}
	v, err := superset.ParseVersion(name)
	if err != nil {
		return "", &program.ExitError{Code: program.ExitUsage, Err: err}
	}
	return v, nil
}
