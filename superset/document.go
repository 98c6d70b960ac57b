package superset

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// object is a YAML mapping whose keys keep their order.
type object []field

type field struct {
	key   string
	value any
}

// document is one file of a bundle before it is text.
type document struct {
	path  string // in the bundle
	about string // how problems call it
	body  object
}

const formatVersion = "1.0.0"

func metadataDocument() document {
	// Without a type every importer accepts the bundle, also the one that
	// gives reasons; without a timestamp equal pages give equal bytes.
	return document{"metadata.yaml", "metadata", object{{"version", formatVersion}}}
}

func (b Bundle) databaseDocument() document {
	return document{b.databaseFile(), fmt.Sprintf("database %q", b.databaseName()), object{
		{"database_name", b.databaseName()},
		{"sqlalchemy_uri", b.Database.uri},
		{"cache_timeout", nil},
		{"expose_in_sqllab", true},
		{"allow_run_async", false},
		{"allow_ctas", false},
		{"allow_cvas", false},
		{"allow_dml", false},
		{"allow_csv_upload", false},
		{"extra", object{
			{"allows_virtual_table_explore", true},
			{"metadata_params", Params{}},
			{"engine_params", b.Database.engineParams()},
			{"metadata_cache_timeout", Params{}},
			{"schemas_allowed_for_csv_upload", []string{}},
		}},
		{"uuid", databaseUUID(b.project(), b.databaseName())},
		{"version", formatVersion},
		{"is_managed_externally", true},
	}}
}

func (b Bundle) datasetDocument(d Dataset) document {
	metrics, columns := []object{}, []object{}
	for _, m := range d.Metrics {
		metrics = append(metrics, object{
			{"metric_name", m.Name},
			{"verbose_name", orNull(m.Label)},
			{"metric_type", nil},
			{"expression", m.Expression},
			{"description", orNull(m.Description)},
			{"d3format", orNull(string(m.Format))},
			{"currency", nil},
			{"extra", nil},
			{"warning_text", orNull(m.Warning)},
		})
	}
	for _, c := range d.Columns {
		columns = append(columns, object{
			{"column_name", c.Name},
			{"verbose_name", orNull(c.Label)},
			{"is_dttm", c.Type == Time},
			{"is_active", true},
			{"type", b.Database.columnType(c.Type)},
			{"groupby", true},
			{"filterable", true},
			{"expression", nil},
			{"description", orNull(c.Description)},
			{"python_date_format", nil},
			{"extra", nil},
		})
	}
	path := "datasets/" + b.databaseName() + "/" + d.Name + ".yaml"
	return document{path, fmt.Sprintf("dataset %q", d.Name), object{
		{"table_name", d.Name},
		{"main_dttm_col", d.Time},
		{"description", orNull(d.Description)},
		{"default_endpoint", nil},
		{"offset", 0},
		{"cache_timeout", nil},
		{"catalog", nil},
		{"schema", b.Database.schema()},
		{"sql", nil},
		{"params", nil},
		{"template_params", nil},
		{"filter_select_enabled", true},
		{"fetch_values_predicate", nil},
		{"extra", nil},
		{"normalize_columns", false},
		{"always_filter_main_dttm", false},
		{"uuid", datasetUUID(b.project(), d.Name)},
		{"metrics", metrics},
		{"columns", columns},
		{"version", formatVersion},
		{"database_uuid", databaseUUID(b.project(), b.databaseName())},
		{"is_managed_externally", true},
	}}
}

func (b Bundle) chartDocument(c Chart) (document, error) {
	about, queries := c.About(), c.Queries()
	filters := adhocFilters(about)
	params := Params{}.with(c.Params()).with(Params{
		"viz_type":      c.Type(),
		"adhoc_filters": filters,
	})
	if len(queries) > 1 {
		params["adhoc_filters_b"] = filters
	}
	context, err := b.queryContext(about, params, queries)
	if err != nil {
		return document{}, fmt.Errorf("superset: chart %q: %w", about.Slug, err)
	}
	return document{"charts/" + about.Slug + ".yaml", fmt.Sprintf("chart %q", about.Slug), object{
		{"slice_name", about.Title},
		{"description", orNull(about.Description)},
		{"certified_by", nil},
		{"certification_details", nil},
		{"viz_type", c.Type()},
		{"params", params},
		{"query_context", context},
		{"cache_timeout", nil},
		{"uuid", chartUUID(b.project(), about.Slug)},
		{"version", formatVersion},
		{"dataset_uuid", datasetUUID(b.project(), about.Dataset.Name)},
		{"is_managed_externally", true},
	}}, nil
}

// queryContext is what Superset runs when it is asked for a chart's data
// without drawing it. The importer replaces the numbers of dataset and chart.
func (b Bundle) queryContext(about About, params Params, queries []Query) (string, error) {
	form := Params{}.with(params).with(Params{
		"slice_id":      localID(b.project(), about.Slug),
		"datasource":    "1__table",
		"force":         false,
		"result_format": "json",
		"result_type":   "full",
	})
	encoded := []Params{}
	for _, q := range queries {
		encoded = append(encoded, q.encode(about))
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(Params{
		"datasource":    Params{"id": 1, "type": "table"},
		"force":         false,
		"queries":       encoded,
		"form_data":     form,
		"result_format": "json",
		"result_type":   "full",
	})
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), err
}

// pageStyle draws texts closer together than Superset does, and the line above
// a big number, which it draws in 7 pixels, so that it can be read.
const pageStyle = ".dashboard-markdown h3 { margin: 0 0 4px 0; } .dashboard-markdown h4 { margin: 0; } " +
	".dashboard .kicker { font-size: 12px !important; line-height: 16px; height: auto !important; padding-bottom: 0; }"

func (b Bundle) dashboardDocument(d Dashboard) document {
	var certified, details any
	if d.CertifiedBy != "" {
		certified, details = d.CertifiedBy, "Generated from code; edit the generator, not the dashboard."
	}
	filters := []Params{}
	for _, f := range d.Filters {
		filters = append(filters, f.encode(b))
	}
	return document{"dashboards/" + d.Slug + ".yaml", fmt.Sprintf("dashboard %q", d.Slug), object{
		{"dashboard_title", d.Title},
		{"description", orNull(d.Description)},
		{"css", pageStyle},
		{"slug", d.Slug},
		{"certified_by", certified},
		{"certification_details", details},
		{"published", true},
		{"uuid", dashboardUUID(b.project(), d.Slug)},
		{"position", d.position(b.project())},
		{"metadata", object{
			{"color_scheme", colorScheme},
			{"label_colors", d.labelColors()},
			{"refresh_frequency", 0},
			{"timed_refresh_immune_slices", []string{}},
			{"expanded_slices", Params{}},
			{"default_filters", "{}"},
			{"cross_filters_enabled", true},
			{"filter_bar_orientation", "HORIZONTAL"},
			{"native_filter_configuration", filters},
		}},
		{"version", formatVersion},
		{"is_managed_externally", true},
	}}
}

// labelColors are the page's colours, those of metrics under name and label:
// which of the two Superset looks up depends on the chart.
func (d Dashboard) labelColors() Params {
	colors := Params{}
	for key, color := range d.Colors {
		colors[key] = color
	}
	for _, c := range d.Charts() {
		for _, m := range c.About().Dataset.Metrics {
			if m.Label == "" {
				continue
			}
			if color, ok := d.Colors[m.Name]; ok {
				colors[m.Label] = color
			} else if color, ok := d.Colors[m.Label]; ok {
				colors[m.Name] = color
			}
		}
	}
	return colors
}

// orNull is the text, or null for an empty one.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
