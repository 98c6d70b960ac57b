package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// filter is one of the filters above a dashboard.
type filter struct {
	ID         string `json:"id"`
	FilterType string `json:"filterType"`
	Targets    []struct {
		Column struct {
			Name string `json:"name"`
		} `json:"column"`
	} `json:"targets"`
	DefaultDataMask struct {
		FilterState struct {
			Value any `json:"value"` // a list of texts, for a select filter
		} `json:"filterState"`
	} `json:"defaultDataMask"`
	Scope struct {
		Excluded []int `json:"excluded"` // charts that the filter leaves alone
	} `json:"scope"`
}

// filters reads what the importer made of the filters of a dashboard.
func (s session) filters(t *testing.T, slug string) []filter {
	t.Helper()

	var answer struct {
		Result struct {
			Metadata string `json:"json_metadata"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal(s.get(t, "/api/v1/dashboard/"+slug), &answer))

	var metadata struct {
		Filters []filter `json:"native_filter_configuration"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer.Result.Metadata), &metadata))

	return metadata.Filters
}

func (f filter) reaches(chart shownChart) bool { return !slices.Contains(f.Scope.Excluded, chart.ID) }

// at returns the path of the dashboard with the filter set to the value.
func (f filter) at(slug, value string) string {
	quoted := "'" + strings.NewReplacer("!", "!!", "'", "!'").Replace(value) + "'"
	data, state := "time_range:"+quoted, quoted
	if f.FilterType == "filter_select" {
		data = fmt.Sprintf("filters:!((col:%s,op:IN,val:!(%s)))", f.Targets[0].Column.Name, quoted)
		state = "!(" + quoted + ")"
	}

	return dashboardPath(slug) + "?native_filters=" + url.QueryEscape(fmt.Sprintf(
		"(%[1]s:(extraFormData:(%[2]s),filterState:(value:%[3]s),id:%[1]s,ownState:()))", f.ID, data, state))
}

// choice returns a value that the page offered in the list of a select filter,
// and that is not chosen anyway.
func (f filter) choice(t *testing.T, v visit) string {
	t.Helper()

	column := f.Targets[0].Column.Name
	for _, call := range v.calls {
		if !strings.Contains(call.Request, `"native_filter_id":"`+f.ID+`"`) {
			continue
		}
		for _, row := range call.results(t)[0].Rows {
			value, ok := row[column].(string)
			require.True(t, ok, "filter %s offers %v", f.ID, row[column])
			if chosen, _ := f.DefaultDataMask.FilterState.Value.([]any); !slices.Contains(chosen, any(value)) {
				return value
			}
		}
	}
	t.Fatalf("filter %s offers nothing", f.ID)

	return ""
}
