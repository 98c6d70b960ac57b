package superset

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A schema lists the fields of one kind of file, or of a mapping in it. The
// importer refuses a file with any other field, without saying which.
type schema struct {
	fields  []rule
	misread map[string]string // fields that other formats have, and what to write instead
}

// rule is what a schema says of one field.
type rule struct {
	name    string
	form    form
	need    need
	since   Version // zero is every version
	nothing bool    // null is refused
}

type need bool

const required need = true

// form is what stands in a field.
type form string

const (
	formText    form = "text"
	formNumber  form = "a whole number"
	formBoolean form = "true or false"
	formMapping form = "a mapping"
	formList    form = "a list"
	formAny     form = "anything"
)

// fields makes optional fields of one form, which may be null.
func fields(f form, names ...string) []rule {
	var all []rule
	for _, name := range names {
		all = append(all, rule{name: name, form: f})
	}
	return all
}

// needed makes fields without which an import fails.
func needed(f form, names ...string) []rule {
	all := fields(f, names...)
	for i := range all {
		all[i].need, all[i].nothing = required, true
	}
	return all
}

// later makes optional fields that older versions refuse.
func later(since Version, f form, names ...string) []rule {
	all := fields(f, names...)
	for i := range all {
		all[i].since = since
	}
	return all
}

// never makes optional fields that may not be null.
func never(f form, names ...string) []rule {
	all := fields(f, names...)
	for i := range all {
		all[i].nothing = true
	}
	return all
}

// The schemas, as all versions have them unless a field says otherwise.
var (
	metadataSchema = schema{fields: slices.Concat(
		needed(formText, "version"),
		fields(formAny, "type", "timestamp"), // a time without quotes is one
	)}

	databaseSchema = schema{fields: slices.Concat(
		needed(formText, "database_name", "sqlalchemy_uri", "uuid", "version"),
		needed(formMapping, "extra"),
		needed(formBoolean, "allow_csv_upload"), // up to 5.0
		fields(formText, "password", "external_url"),
		fields(formNumber, "cache_timeout"),
		fields(formBoolean, "expose_in_sqllab", "allow_run_async", "allow_ctas", "allow_cvas", "allow_dml", "is_managed_externally", "allow_file_upload"),
		fields(formMapping, "ssh_tunnel"),
		later(Version50, formBoolean, "impersonate_user"),
		later(Version61, formAny, "encrypted_extra", "masked_encrypted_extra", "configuration_method"),
	)}

	extraSchema = schema{fields: slices.Concat(
		fields(formMapping, "metadata_params", "engine_params", "metadata_cache_timeout"),
		fields(formList, "schemas_allowed_for_csv_upload", "schemas_allowed_for_file_upload"),
		fields(formBoolean, "cost_estimate_enabled", "allows_virtual_table_explore", "cancel_query_on_windows_unload",
			"disable_data_preview", "disable_drill_to_detail", "allow_multi_catalog"),
		fields(formText, "version"),
		later(Version50, formMapping, "schema_options"),
		later(Version61, formBoolean, "per_user_caching"),
	)}

	datasetSchema = schema{fields: slices.Concat(
		needed(formText, "table_name", "uuid", "version", "database_uuid"),
		fields(formText, "main_dttm_col", "description", "default_endpoint", "schema", "sql", "fetch_values_predicate", "data", "external_url", "catalog"),
		fields(formNumber, "cache_timeout"),
		never(formNumber, "offset"),
		fields(formMapping, "params", "template_params", "extra"),
		never(formBoolean, "filter_select_enabled", "normalize_columns"),
		fields(formBoolean, "is_managed_externally", "always_filter_main_dttm"),
		fields(formList, "columns", "metrics"),
		later(Version61, formAny, "folders", "currency_code_column", "source_db_engine", "data_file"),
	), misread: map[string]string{"database": "database_uuid", "database_id": "database_uuid"}}

	columnSchema = schema{fields: slices.Concat(
		needed(formText, "column_name"),
		fields(formText, "verbose_name", "type", "advanced_data_type", "expression", "description", "python_date_format"),
		fields(formBoolean, "is_dttm", "is_active"),
		never(formBoolean, "groupby", "filterable"),
		fields(formMapping, "extra"),
		later(Version61, formAny, "datetime_format"),
	)}

	metricSchema = schema{fields: slices.Concat(
		needed(formText, "metric_name", "expression"),
		fields(formText, "verbose_name", "metric_type", "description", "d3format", "warning_text"),
		fields(formMapping, "extra"),
		fields(formAny, "currency"), // text, and from 6.0 on a mapping too
	)}

	chartSchema = schema{fields: slices.Concat(
		needed(formText, "slice_name", "viz_type", "uuid", "version", "dataset_uuid"),
		needed(formMapping, "params"),
		fields(formText, "description", "certified_by", "certification_details", "query_context", "external_url"),
		fields(formNumber, "cache_timeout"),
		fields(formBoolean, "is_managed_externally"),
		later(Version61, formList, "tags"),
	), misread: map[string]string{"datasource": "dataset_uuid", "datasource_id": "dataset_uuid", "form_data": "params"}}

	dashboardSchema = schema{fields: slices.Concat(
		needed(formText, "dashboard_title", "uuid", "version"),
		needed(formMapping, "position"),
		fields(formText, "description", "css", "slug", "certified_by", "certification_details", "external_url"),
		fields(formMapping, "metadata"),
		fields(formBoolean, "published", "is_managed_externally"),
		later(Version61, formAny, "tags", "theme_uuid", "theme_id"),
	), misread: map[string]string{
		"position_json": "position", "json_metadata": "metadata", "title": "dashboard_title",
		"slices": "a file in charts/ for each chart", "charts": "a file in charts/ for each chart",
	}}

	contextSchema = schema{fields: slices.Concat(
		needed(formMapping, "datasource"),
		needed(formList, "queries"),
		fields(formMapping, "form_data"),
		fields(formBoolean, "force"),
		fields(formText, "result_type", "result_format"),
		fields(formNumber, "custom_cache_timeout"),
	), misread: map[string]string{
		"metrics": "queries: [{metrics: …}]", "groupby": "queries: [{columns: …}]", "filters": "queries: [{filters: …}]",
		"time_range": "queries: [{time_range: …}]", "row_limit": "queries: [{row_limit: …}]",
	}}
)

// check reports the fields that are missing, unknown or of another form.
func (s schema) check(p part, target Version) {
	entries, ok := p.value.(map[string]any)
	if !ok {
		p.report()(RuleFieldType, "write keys and values", "want a mapping, not %s", formOf(p.value))
		return
	}
	var missing, unknown, young []string
	replaced := map[string]bool{}
	for key := range p.entries() {
		i := slices.IndexFunc(s.fields, func(r rule) bool { return r.name == key })
		switch {
		case i >= 0 && target.has(s.fields[i].since):
		case i >= 0:
			young = append(young, key)
		default:
			unknown = append(unknown, key)
			replaced[s.misread[key]] = true
		}
	}
	for _, r := range s.fields {
		if value, there := entries[r.name]; !there {
			if r.need == required && !replaced[r.name] {
				missing = append(missing, r.name)
			}
		} else {
			r.check(p.field(r.name), value)
		}
	}
	if len(missing) > 0 {
		p.report()(RuleMissingField, "add them", "without %s", strings.Join(missing, ", "))
	}
	if len(unknown) > 0 {
		p.report()(RuleUnknownField, s.instead(unknown), "no field is called %s", strings.Join(unknown, ", "))
	}
	if len(young) > 0 {
		p.report()(RuleUnknownField, "leave them out, or name a newer -superset", "version %s has no %s",
			cmp.Or(target, versions[0]), strings.Join(young, ", "))
	}
}

// instead says what to do about unknown fields.
func (s schema) instead(unknown []string) string {
	var hints []string
	for _, name := range unknown {
		if right := s.misread[name]; right != "" {
			hints = append(hints, fmt.Sprintf("instead of %s write %s", name, right))
		}
	}
	if len(hints) == 0 {
		return "remove them"
	}
	return strings.Join(hints, "; ")
}

func (r rule) check(p part, value any) {
	switch got := formOf(value); {
	case value == nil && r.nothing:
		p.report()(RuleFieldType, "write "+string(r.form), "may not be null")
	case value == nil, r.form == formAny, got == r.form:
	case r.form == formText && got == formMapping:
		p.report()(RuleFieldType, "write the same as JSON text", "want %s, not %s", r.form, got)
	default:
		p.report()(RuleFieldType, "write "+string(r.form), "want %s, not %s", r.form, got)
	}
}

// formOf is the form of a value that was read.
func formOf(value any) form {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return formText
	case bool:
		return formBoolean
	case int:
		return formNumber
	case float64:
		return "a number with a point"
	case time.Time:
		return "a time without quotes"
	case []any:
		return formList
	case map[string]any:
		return formMapping
	default:
		return formAny
	}
}
