package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

// result is what a run of the program leaves.
type result struct {
	stdout, stderr string
	code           int
}

func runWith(t *testing.T, environment map[string]string, args ...string) result {
	t.Helper()

	var stdout, stderr bytes.Buffer
	err := run(t.Context(), program.Env{
		Args: args, Stdout: &stdout, Stderr: &stderr,
		Getenv: func(name string) string { return environment[name] },
		Now:    func() time.Time { return time.Date(2026, 1, 31, 15, 0, 0, 0, time.UTC) },
	})
	code := program.Code("dashboards", &stderr, err)
	return result{stdout.String(), stderr.String(), code}
}

func TestWritesZipOrFolder(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	file, folder := filepath.Join(dir, "bundle.ZIP"), filepath.Join(dir, "bundle")
	for _, out := range []string{file, folder} {
		for range 2 { // the second run replaces what the first one wrote
			got := runWith(t, nil, "-db-uri", "/data/feedback.db", "-out", out)
			require.Zero(t, got.code, got.stderr)
			assert.Empty(t, got.stdout)
			assert.Contains(t, got.stderr, "sqlite:////data/feedback.db")
		}
	}
	archive, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer archive.Close()
	for _, entry := range archive.File {
		r, err := entry.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		written, err := os.ReadFile(filepath.Join(folder, entry.Name[len("bundle/"):]))
		require.NoError(t, err)
		assert.Equal(t, string(written), string(content), entry.Name)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2, "only the ZIP and the folder")
}

func TestFailsAsItShould(t *testing.T) {
	t.Parallel()

	full := filepath.Join(t.TempDir(), "full")
	require.NoError(t, os.MkdirAll(full, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(full, "main.go"), nil, 0o600))
	in := map[string]string{"SUPERSET_USER": "admin", "SUPERSET_PASSWORD": "s3cret"}
	tests := map[string]struct {
		environment map[string]string
		args        []string
		code        int
		says        string
	}{
		"unknown flag":         {nil, []string{"-nope"}, program.ExitUsage, "not defined"},
		"an argument":          {nil, []string{"bundle.zip"}, program.ExitUsage, "unexpected argument"},
		"no database URI":      {nil, []string{"-db-uri", "mysql://u:s3cret@h/d"}, program.ExitUsage, "database URI"},
		"folder of others":     {nil, []string{"-db-uri", "a.db", "-out", full}, program.ExitFailed, "neither empty nor a bundle"},
		"no place for the ZIP": {nil, []string{"-out", filepath.Join(full, "no", "b.zip")}, program.ExitFailed, "no such file"},
		"push to nowhere":      {in, []string{"push"}, program.ExitUsage, "-url"},
		"push as nobody":       {nil, []string{"push", "-url", "http://localhost:1"}, program.ExitUsage, "SUPERSET_USER"},
		"push to no address":   {in, []string{"push", "-url", "localhost"}, program.ExitFailed, "log in"},
		"unknown version":      {nil, []string{"-superset", "3.0"}, program.ExitUsage, "4.1, 5.0, 6.1"},
		"help":                 {nil, []string{"-h"}, program.ExitDone, "-db-uri"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runWith(t, test.environment, test.args...)
			assert.Equal(t, test.code, got.code)
			assert.Contains(t, got.stderr, test.says)
			assert.NotContains(t, got.stderr, "s3cret")
			assert.Empty(t, got.stdout)
		})
	}
}

func TestPushImportsTheBundle(t *testing.T) {
	t.Parallel()

	var imported []byte
	var passwords string
	mux := http.NewServeMux()
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, text)
		}
	}
	mux.HandleFunc("POST /api/v1/security/login", answer(`{"access_token":"a"}`))
	mux.HandleFunc("GET /api/v1/security/csrf_token/", answer(`{"result":"c"}`))
	mux.HandleFunc("POST /api/v1/assets/import/", func(w http.ResponseWriter, r *http.Request) {
		f, _, err := r.FormFile("bundle")
		if !assert.NoError(t, err) {
			return
		}
		imported, err = io.ReadAll(f)
		assert.NoError(t, err)
		passwords = r.FormValue("passwords")
		answer(`{"message":"OK"}`)(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	file := filepath.Join(t.TempDir(), "bundle.zip")
	uri := "postgresql://superset:s3cret@db.example/feedback"
	require.Zero(t, runWith(t, nil, "-db-uri", uri, "-out", file).code)
	want, err := os.ReadFile(file)
	require.NoError(t, err)

	got := runWith(t, map[string]string{
		"SUPERSET_USER": "admin", "SUPERSET_PASSWORD": "hunter2", "METRICS_DB_URI": uri,
	}, "push", "-url", server.URL+"/")
	require.Zero(t, got.code, got.stderr)
	assert.True(t, bytes.Equal(want, imported), "another bundle than the one that is written")
	assert.JSONEq(t, `{"databases/feedback-loop.yaml":"s3cret"}`, passwords)
	var pages string
	for _, page := range dashboards.All() {
		pages += server.URL + "/superset/dashboard/" + page.Slug + "/\n"
	}
	assert.Equal(t, pages, got.stdout)
	assert.NotContains(t, got.stdout+got.stderr, "s3cret")
}

func TestLintTellsWhatIsWrong(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	good, folder := filepath.Join(dir, "good.zip"), filepath.Join(dir, "good")
	for _, out := range []string{good, folder} {
		require.Zero(t, runWith(t, nil, "-db-uri", "/data/feedback.db", "-out", out).code)
	}
	bad := filepath.Join(dir, "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("slice_name: Age\nviz_type: gantt_chart\nuuid: 1\n"), 0o600))

	tests := map[string]struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"our bundle":         {[]string{good, folder}, program.ExitDone, "", ""},
		"our bundle as JSON": {[]string{"-json", "-superset", "5.0", good}, program.ExitDone, `"problems": []`, ""},
		"a bad chart":        {[]string{good, bad}, program.ExitFailed, "bad.yaml: without version, dataset_uuid, params [missing-field]\n    fix: add them\n", "problems"},
		"for all versions":   {[]string{bad}, program.ExitFailed, "gantt_chart exists from version 6.1 on [viz-type]", "problems"},
		"as JSON":            {[]string{"-json", "-superset", "6.1", bad}, program.ExitFailed, `"rule": "field-type"`, "2 problems"},
		"no file":            {nil, program.ExitUsage, "", "bundle.zip"},
		"a missing file":     {[]string{filepath.Join(dir, "none.zip")}, program.ExitUsage, "", "no such file"},
		"an unknown version": {[]string{"-superset", "2.0", good}, program.ExitUsage, "", "4.1, 5.0, 6.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runWith(t, nil, append([]string{"lint"}, test.args...)...)
			assert.Equal(t, test.code, got.code, got.stderr)
			assert.Contains(t, got.stdout, test.stdout)
			assert.Contains(t, got.stderr, test.stderr)
		})
	}
}
