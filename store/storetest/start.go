package storetest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

var errNoPostgres = errors.New("storetest: no PostgreSQL found, not tested on it: " +
	"install its server (Debian: apt-get install postgresql) or set METRICS_TEST_POSTGRES")

// serve starts a server in the folder $2 with the programs of the folder $1,
// and stops it when standard input ends, which is when the test process ends,
// however it does. With an ICU locale text is sorted as people expect it,
// unlike on SQLite, so that queries that leave the order open are found out.
const serve = `
trap '' PIPE
make="$1/initdb -D $2/data -U postgres -A trust -E UTF8 --no-sync"
{ $make --locale-provider=icu --icu-locale=en-US || $make --locale=C; } >"$2/log" 2>&1 &&
"$1/pg_ctl" -w -s -t 120 -D "$2/data" -l "$2/log" -o "-k $2 -c listen_addresses= -c max_connections=400 \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off" start >>"$2/log" 2>&1 &&
echo ready || tail -n 20 "$2/log"
exec >&-
read -r _
"$1/pg_ctl" -s -D "$2/data" -m immediate stop
rm -rf "$2"
`

// lifeline is the writing end of the server's standard input. The system closes
// it with the process.
var lifeline io.WriteCloser

// startPostgres starts a server that lives as long as this process and returns
// its address. It listens on a socket in its own folder, so servers of several
// test processes do not meet.
func startPostgres() (string, error) {
	programs := findPrograms()
	if programs == "" {
		return "", errNoPostgres
	}
	dir, err := os.MkdirTemp("", "storetest-postgres-")
	if err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", serve, "storetest", programs, dir)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	if err := detach(cmd, dir); err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("storetest: start PostgreSQL: %w", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil || line != "ready\n" {
		rest, _ := io.ReadAll(output)
		_ = lifeline.Close()
		return "", fmt.Errorf("storetest: start PostgreSQL: %s%s", line, bytes.TrimSpace(rest))
	}
	address := url.URL{
		Scheme: "postgresql", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode(),
	}
	return address.String(), nil
}

// installed is where Debian has the server's programs, outside PATH.
var installed = "/usr/lib/postgresql/*/bin"

// findPrograms returns the folder of the server's programs, or nothing.
func findPrograms() string {
	var folders []string
	if out, err := exec.CommandContext(context.Background(), "pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(initdb))
	}
	versions, _ := filepath.Glob(installed)
	slices.Reverse(versions) // the newest first
	folders = append(folders, versions...)
	for _, folder := range folders {
		if isServer(folder) {
			return folder
		}
	}
	return ""
}

func isServer(folder string) bool {
	for _, program := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}
