package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

// newBundle makes the bundle of all pages over the source: for the version of
// $FEEDBACK_LOOP_SUPERSET_VERSION, else for all versions.
func newBundle(t *testing.T, s source) superset.Bundle {
	t.Helper()

	database, err := superset.ParseDatabase(s.uri)
	require.NoError(t, err)

	bundle := superset.Bundle{Database: database, Dashboards: dashboards.All()}
	if version := os.Getenv("FEEDBACK_LOOP_SUPERSET_VERSION"); version != "" {
		bundle.Version, err = superset.ParseVersion(version)
		require.NoError(t, err)
	}

	return bundle
}

// archive holds the files of a bundle by path, so that a test can spoil them.
type archive map[string][]byte

func newArchive(t *testing.T, bundle superset.Bundle) archive {
	t.Helper()

	files, err := bundle.Files()
	require.NoError(t, err)
	a := archive{}
	for _, file := range files {
		a[file.Path] = file.Content
	}

	return a
}

// zip packs the files as Superset imports them.
func (a archive) zip(t *testing.T) []byte {
	t.Helper()

	var content bytes.Buffer
	packed := zip.NewWriter(&content)
	for path, file := range a {
		w, err := packed.Create("bundle/" + path)
		require.NoError(t, err)
		_, err = w.Write(file)
		require.NoError(t, err)
	}
	require.NoError(t, packed.Close())

	return content.Bytes()
}

// charts returns the UUIDs of the charts by title.
func (a archive) charts(t *testing.T) map[string]string {
	t.Helper()

	found := map[string]string{}
	for path, file := range a {
		if !strings.HasPrefix(path, "charts/") {
			continue
		}
		var chart struct {
			Title string `yaml:"slice_name"`
			UUID  string `yaml:"uuid"`
		}
		require.NoError(t, yaml.Unmarshal(file, &chart))
		require.NotContains(t, found, chart.Title)
		found[chart.Title] = chart.UUID
	}

	return found
}

// spoil changes the query of the chart with the title, in both places that say
// it: in its parameters, which the browser follows, and in its stored query.
func (a archive) spoil(t *testing.T, title string, params, query func(map[string]any)) {
	t.Helper()

	for path, file := range a {
		var chart map[string]any
		require.NoError(t, yaml.Unmarshal(file, &chart))
		if chart["slice_name"] != title {
			continue
		}
		params(chart["params"].(map[string]any))

		var stored map[string]any
		require.NoError(t, json.Unmarshal([]byte(chart["query_context"].(string)), &stored))
		for _, q := range stored["queries"].([]any) {
			query(q.(map[string]any))
		}
		text, err := json.Marshal(stored)
		require.NoError(t, err)
		chart["query_context"] = string(text)

		a[path], err = yaml.Marshal(chart)
		require.NoError(t, err)

		return
	}
	t.Fatalf("no chart %q", title)
}
