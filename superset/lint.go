package superset

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The rules of files that others wrote. Superset's importer answers most of
// them with "Import failed for an unknown reason"; those marked with (silent)
// it lets pass.
const (
	RuleFormat       Rule = "format"        // a ZIP with a root folder and a metadata.yaml
	RuleSyntax       Rule = "syntax"        // YAML, or JSON where it has to be
	RuleUnknownField Rule = "unknown-field" // no other fields than the importer knows
	RuleMissingField Rule = "missing-field" // all that it needs
	RuleFieldType    Rule = "field-type"    // of the form that it needs
	RuleUUID         Rule = "uuid"          // well-formed, in lower case, each once
	RuleReference    Rule = "reference"     // what is referred to is in the bundle
	RulePassword     Rule = "password"      // no password in a file
	RulePosition     Rule = "position"      // the layout is a tree from ROOT_ID on
	RuleVizType      Rule = "viz-type"      // a type that the version draws (silent)
	RuleQueryContext Rule = "query-context" // the stored query is one
	RuleTimeFilter   Rule = "time-filter"   // the page's time filter reaches the chart (silent)
	RuleFilter       Rule = "native-filter" // a filter of a known kind with a target and a scope
)

// LintOptions say what a file is checked for.
type LintOptions struct {
	Version Version // zero checks that all versions take it
}

// largestFile is far above what Superset exports, and what it takes.
const largestFile = 16 << 20

// Lint checks a bundle in a folder, whoever wrote it. It returns everything that
// Superset's importer would refuse, and what it would let pass although a page
// shows an error then, or is not filtered. A bundle of this package has no such
// problem; [Bundle.Problems] checks it in the words of its definition, long
// before there is a file.
func Lint(bundle fs.FS, o LintOptions) []Problem {
	l := newLinter(o)
	l.folder(bundle)
	return l.found.problems
}

// LintZip checks a bundle as Superset imports it: see [Lint].
func LintZip(content []byte, o LintOptions) []Problem {
	l := newLinter(o)
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		l.found.at("bundle")(RuleFormat, "export again", "no ZIP: %v", err)
		return l.found.problems
	}
	if found, err := fs.Glob(archive, "metadata.y*ml"); err == nil && len(found) > 0 {
		l.found.at("bundle")(RuleFormat, "pack the folder, not what is in it", "no root folder, which Superset cuts off every path")
	}
	l.folder(archive)
	return l.found.problems
}

// LintDocument checks a single file of an export, YAML or JSON, whose name is
// for the messages. What it refers to is taken for granted.
func LintDocument(name string, content []byte, o LintOptions) []Problem {
	l := newLinter(o)
	l.alone = true
	l.read(path.Base(name), content)
	l.documents()
	return l.found.problems
}

// linter goes through the documents of a bundle.
type linter struct {
	found  *check
	target Version
	alone  bool // there is one document, whose references lead out of it

	metadata, databases, datasets, charts, dashboards []part

	sqlite bool               // a database is an SQLite file
	tables map[string]Dataset // by UUID
	names  map[string]About   // of the charts, by UUID
}

func newLinter(o LintOptions) *linter {
	return &linter{found: &check{}, target: o.Version, tables: map[string]Dataset{}, names: map[string]About{}}
}

// folder reads a bundle and checks it.
func (l *linter) folder(bundle fs.FS) {
	r := l.found.at("bundle")
	root, err := rootOf(bundle)
	if err != nil {
		r(RuleFormat, "export again", "%v", err)
		return
	}
	err = fs.WalkDir(bundle, root, func(name string, entry fs.DirEntry, err error) error {
		inBundle := strings.TrimPrefix(name, root+"/")
		if err != nil || entry.IsDir() || !isDocument(name) || !isBundleFile(inBundle) {
			return err
		}
		content, err := readLimited(bundle, name)
		if err != nil {
			return fmt.Errorf("%s: %w", inBundle, err)
		}
		l.read(inBundle, content)
		return nil
	})
	if err != nil {
		r(RuleFormat, "export again", "%v", err)
	}
	l.bundle()
}

// rootOf is the folder that holds metadata.yaml.
func rootOf(bundle fs.FS) (string, error) {
	var found []string
	for _, pattern := range []string{"metadata.y*ml", "*/metadata.y*ml"} {
		names, err := fs.Glob(bundle, pattern)
		if err != nil {
			return "", err
		}
		found = append(found, names...)
	}
	if len(found) == 0 {
		return "", errors.New("no metadata.yaml")
	}
	return path.Dir(found[0]), nil
}

func isDocument(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, path.Ext(name))
}

func readLimited(bundle fs.FS, name string) (content []byte, err error) {
	f, err := bundle.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content, err = io.ReadAll(io.LimitReader(f, largestFile+1))
	if err == nil && len(content) > largestFile {
		err = fmt.Errorf("more than %d MiB", largestFile>>20)
	}
	return content, err
}

// read decodes a file and files it under its kind.
func (l *linter) read(name string, content []byte) {
	p := part{l.found, name + ": ", nil}
	value, err := decode(content)
	if err != nil {
		l.found.at(name)(RuleSyntax, "correct the text", "%v", err)
		return
	}
	p.value = value
	if _, legacy := p.field("dashboards").value.([]any); legacy && l.alone {
		l.found.at(name)(RuleFormat, "export it again, from a present version", "JSON of Superset before version 1, which had no bundles")
		return
	}
	folder, _, _ := strings.Cut(name, "/")
	switch entries, _ := value.(map[string]any); {
	case name == "metadata.yaml", name == "metadata.yml":
		l.metadata = append(l.metadata, p)
	case folder == "databases", entries["sqlalchemy_uri"] != nil:
		l.databases = append(l.databases, p)
	case folder == "datasets", entries["table_name"] != nil:
		l.datasets = append(l.datasets, p)
	case folder == "dashboards", entries["dashboard_title"] != nil, entries["position"] != nil, entries["position_json"] != nil:
		l.dashboards = append(l.dashboards, p)
		// Programs that do not know the format write the charts into the page.
		l.charts = append(l.charts, p.field("slices").items()...)
	case folder == "charts", entries["slice_name"] != nil, entries["viz_type"] != nil:
		l.charts = append(l.charts, p)
	default:
		l.found.at(name)(RuleFormat, "export a bundle", "neither a database nor a dataset, chart or dashboard")
	}
	if l.alone && json.Valid(content) {
		l.found.at(name)(RuleFormat, "make a ZIP: metadata.yaml, and YAML files in databases/, datasets/, charts/ and dashboards/",
			"a JSON document, which no importer reads")
	}
}

// decode reads YAML or JSON as maps with text keys. YAML forbids the tabs that
// JSON may have.
func decode(content []byte) (any, error) {
	var value any
	if json.Unmarshal(content, &value) == nil {
		return plain(value), nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return plain(value), nil
}

// plain gives all maps text keys, and whole numbers one type.
func plain(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	case map[any]any:
		named := map[string]any{}
		for key, entry := range v {
			named[fmt.Sprint(key)] = plain(entry)
		}
		return named
	case float64:
		if whole := int(v); float64(whole) == v {
			return whole
		}
	}
	return value
}

// bundle checks that the documents make a bundle, and then each of them.
func (l *linter) bundle() {
	r := l.found.at("bundle")
	for _, p := range l.metadata {
		metadataSchema.check(p, l.target)
		if v := p.field("version"); v.text() != "" && v.text() != formatVersion {
			v.report()(RuleFormat, "write "+formatVersion, "no version %q of the format", v.text())
		}
		if t := p.field("type"); t.value != nil && t.text() != "assets" && t.text() != "Dashboard" {
			t.report()(RuleFormat, "leave it out: every importer accepts the bundle then", "no page can come from a bundle of type %v", t.value)
		}
	}
	if len(l.databases) == 0 {
		r(RuleDatabase, "add a file to databases/", "no database")
	}
	if len(l.dashboards) == 0 {
		r(RuleNoDashboard, "add a file to dashboards/", "no dashboard")
	}
	l.documents()
}

// documents checks the databases first, then what reads them.
func (l *linter) documents() {
	uuids := map[string]string{}
	for _, all := range [][]part{l.databases, l.datasets, l.charts, l.dashboards} {
		for _, p := range all {
			l.uuid(p, uuids)
		}
	}
	for _, p := range l.databases {
		l.database(p)
	}
	for _, p := range l.datasets {
		l.dataset(p)
	}
	for _, p := range l.charts {
		l.chart(p)
	}
	for _, p := range l.dashboards {
		l.dashboard(p)
	}
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// uuid checks the identity of a document.
func (l *linter) uuid(p part, seen map[string]string) {
	id := p.field("uuid")
	switch name := id.text(); {
	case name == "": // missing, or of another form: the schema says so
	case !uuidForm.MatchString(name):
		id.report()(RuleUUID, "write 32 lower-case hexadecimal digits as 8-4-4-4-12", "%q is no UUID", name)
	case seen[name] != "":
		id.report()(RuleUUID, "give one of them another", "the same as %s", seen[name])
	default:
		seen[name] = strings.TrimSuffix(p.path, ": ")
	}
}

// refers checks that a UUID leads to one of the documents.
func (l *linter) refers(p part, to []part, what string) {
	if l.alone || p.text() == "" {
		return
	}
	if !slices.ContainsFunc(to, func(other part) bool { return other.field("uuid").text() == p.text() }) {
		p.report()(RuleReference, "add its file to the bundle", "no %s %s in the bundle", what, p.text())
	}
}

func (l *linter) database(p part) {
	databaseSchema.check(p, l.target)
	if extra := p.field("extra"); extra.value != nil {
		extraSchema.check(extra, l.target)
	}
	uri := p.field("sqlalchemy_uri")
	l.sqlite = l.sqlite || strings.HasPrefix(uri.text(), "sqlite")
	if password := uriPassword(uri.text()); password != "" && password != mask {
		uri.report()(RulePassword, "write "+mask+" and give the password along with the import", "holds a password")
	}
	if secret := p.field("password"); secret.text() != "" && secret.text() != mask {
		secret.report()(RulePassword, "leave it out and give it along with the import", "holds a password")
	}
}

// uriPassword is what stands between the user and the host of a URI, which may
// be written badly.
func uriPassword(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	authority, _, _ := strings.Cut(rest, "/")
	user, _, found := strings.Cut(authority, "@")
	if !found {
		return ""
	}
	_, password, _ := strings.Cut(user, ":")
	return password
}

// dataset checks a dataset and notes its columns and metrics.
func (l *linter) dataset(p part) {
	datasetSchema.check(p, l.target)
	l.refers(p.field("database_uuid"), l.databases, "database")
	d := Dataset{Name: p.field("table_name").text(), Time: p.field("main_dttm_col").text()}
	for _, column := range p.field("columns").items() {
		columnSchema.check(column, l.target)
		c := Column{Name: column.field("column_name").text()}
		if column.field("is_dttm").flag() {
			c.Type = Time
		}
		d.Columns = append(d.Columns, c)
	}
	for _, metric := range p.field("metrics").items() {
		metricSchema.check(metric, l.target)
		if currency := metric.field("currency"); formOf(currency.value) == formMapping && !l.target.has(Version61) {
			currency.report()(RuleFieldType, "write the same as JSON text", "a mapping is understood from version 6.0 on")
		}
		d.Metrics = append(d.Metrics, Metric{
			Name: metric.field("metric_name").text(), Expression: metric.field("expression").text(),
		})
	}
	if len(d.Columns) == 0 {
		p.report()(RuleUnknownColumn, "list the columns", "no column: the import deletes those of a dataset that exists")
	}
	if d.Time != "" {
		d.checkTime(p.field("main_dttm_col").report())
	}
	d.checkNames(func(kind, name string) report {
		return l.found.at(fmt.Sprintf("%s%s %q", p.path, kind, name))
	})
	if id := p.field("uuid").text(); id != "" {
		l.tables[id] = d
	}
}
