package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// rows are the answer to the queries of a chart, as text that can be compared:
// a slice for each query, with a line for each row.
type rows [][]string

// newRows fails if the answer would keep the chart from being drawn as meant.
func newRows(results []superset.Result) (rows, error) {
	var all rows
	for _, result := range results {
		switch {
		case result.RowCount == 0 || !slices.ContainsFunc(result.Rows, holdsData):
			return nil, errors.New("no data: " + result.SQL)
		case len(result.Rejected) > 0:
			return nil, fmt.Errorf("rejected filters: %v", result.Rejected)
		}
		all = append(all, lines(result.Rows))
	}

	return all, nil
}

// holdsData tells whether a row has any value: a mean of nothing is a row too.
func holdsData(row map[string]any) bool {
	for _, value := range row {
		if value != nil {
			return true
		}
	}

	return false
}

// lines writes rows as sorted text: rows of equal rank come in any order.
func lines(table []map[string]any) []string {
	var all []string
	for _, row := range table {
		var line []string
		for name, value := range row {
			line = append(line, name+"="+canonical(value))
		}
		slices.Sort(line)
		all = append(all, strings.Join(line, " "))
	}
	slices.Sort(all)

	return all
}

// canonical writes a value as text. A mean differs in its last digits with the
// order of its numbers, and so does the order of a list, such as the outliers
// of a box plot.
func canonical(value any) string {
	switch v := value.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return strconv.FormatFloat(f, 'g', 9, 64)
		}
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, canonical(item))
		}
		slices.Sort(items)

		return fmt.Sprint(items)
	}

	return fmt.Sprint(value)
}

// chartData runs the stored query of every chart in the archive and returns the
// answers by title, and what is wrong with them.
func chartData(t *testing.T, client *superset.Client, a archive) (map[string]rows, map[string]error) {
	t.Helper()

	ids, err := client.Charts(t.Context())
	require.NoError(t, err)

	found, problems := map[string]rows{}, map[string]error{}
	for title, uuid := range a.charts(t) {
		require.Contains(t, ids, uuid, title)
		results, err := client.ChartData(t.Context(), ids[uuid])
		if err == nil {
			found[title], err = newRows(results)
		}
		if err != nil {
			problems[title] = err
		}
	}

	return found, problems
}
