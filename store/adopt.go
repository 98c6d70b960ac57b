package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// foreignTable is a table that the Python program makes under the name of one
// of ours.
type foreignTable struct {
	name  string
	model any      // ours
	ours  []string // columns of the model that only we have
}

// foreignTables are the tables of the Python program, each after those that it
// refers to.
var foreignTables = []foreignTable{
	{name: "organizations", model: (*api.Organization)(nil)},
	{name: "teams", model: (*api.Team)(nil)},
	{name: "users", model: (*api.User)(nil)},
	{name: "user_teams", model: (*api.UserTeam)(nil)},
	{name: "patterns", model: (*api.Pattern)(nil)},
	{name: "audit_logs", model: (*api.AuditLog)(nil), ours: chainColumns},
	{name: "configs", model: (*api.Config)(nil)},
	{name: "metrics", model: (*api.Metric)(nil)},
	{name: "metrics_bugs", model: (*metrics.Bug)(nil), ours: originColumns},
	{name: "metrics_test_failures", model: (*metrics.TestFailure)(nil), ours: originColumns},
	{name: "metrics_code_reviews", model: (*metrics.CodeReview)(nil), ours: originColumns},
	{name: "metrics_performance", model: (*metrics.Performance)(nil), ours: originColumns},
	{name: "metrics_deployment", model: (*metrics.Deployment)(nil), ours: originColumns},
	{name: "metrics_code_generation", model: (*metrics.CodeGeneration)(nil), ours: originColumns},
	{name: "pattern_effectiveness", model: (*metrics.Effectiveness)(nil)},
	{name: "metrics_summary", model: (*metrics.Summary)(nil)},
}

var (
	chainColumns  = []string{"sequence", "previous_hash", "hash"}
	originColumns = []string{"event_key", "organization_id", "project", "source", "run_id", "generation_key"}
)

// schemaOf is what Bun knows of our table.
func (t foreignTable) schemaOf(tx bun.Tx) *schema.Table {
	return tx.Dialect().Tables().Get(reflect.TypeOf(t.model))
}

// adoptionSQL is what adoption needs to know of a database.
type adoptionSQL struct {
	// relations is a query with a list of names for the columns of the
	// relations of these names: relation, whether it is a plain table,
	// column, whether it belongs to the primary key.
	relations string

	// obstacles is a query with a list of tables for what hangs on them and
	// cannot be moved to other tables, in words.
	obstacles string

	// views is a query for the names of the views that find their tables by
	// name. It is empty where a view belongs to one table for good.
	views string

	begin, end string // around the statements that set tables aside
	setAside   string // statement with the name of a table
	aside      string // what stands before the name of a table set aside
	column     string // expression for a column as it is stored, or as text
	dropped    string // statement after the tables set aside are dropped

	// rights is a query with a list of tables for the statements that grant
	// the rights on the tables set aside on ours. It may be empty.
	rights string

	// sequence is a statement with the name of a table and the highest id,
	// after which new ids begin. It may be empty.
	sequence string
}

// setAside is called before the first migration. It makes room for our tables
// when the Python program made some of these names, and returns what it found,
// nil when there is nothing to adopt.
func setAside(ctx context.Context, e engine, tx bun.Tx) (*foreign, error) {
	found, err := findForeign(ctx, e, tx)
	if err != nil || found == nil {
		return nil, err
	}
	if err := found.refuseObstacles(ctx, e, tx); err != nil {
		return nil, err
	}
	if e.adoption.views != "" {
		if found.views, err = workingViews(ctx, e, tx); err != nil {
			return nil, err
		}
	}
	statements := []string{e.adoption.begin}
	for _, t := range found.tables {
		statements = append(statements, fmt.Sprintf(e.adoption.setAside, t.name))
	}
	statements = append(statements, e.adoption.end)
	if err := run(ctx, tx, strings.Join(statements, ";\n")); err != nil {
		return nil, fmt.Errorf("set the tables aside: %w", err)
	}
	return found, nil
}

// foreign is what the Python program made.
type foreign struct {
	tables  []foreignTable
	columns map[string][]string // by table
	views   []string            // that worked before
}

// findForeign looks for the tables of the Python program. A table that has the
// name of one and is something else is an error: ours cannot be made beside it,
// and to take it away is not for us.
func findForeign(ctx context.Context, e engine, tx bun.Tx) (*foreign, error) {
	names := make([]string, len(foreignTables))
	for i, t := range foreignTables {
		names[i] = t.name
	}
	rows, err := tx.QueryContext(ctx, e.adoption.relations, bun.List(names))
	if err != nil {
		return nil, fmt.Errorf("look for tables: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong

	found := &foreign{columns: map[string][]string{}}
	keys := map[string][]string{}
	plain := map[string]bool{}
	for rows.Next() {
		var table, column string
		var isTable, isKey bool
		if err := rows.Scan(&table, &isTable, &column, &isKey); err != nil {
			return nil, fmt.Errorf("look for tables: %w", err)
		}
		plain[table] = isTable
		found.columns[table] = append(found.columns[table], column)
		if isKey {
			keys[table] = append(keys[table], column)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for tables: %w", err)
	}

	var wrong []error
	for _, t := range foreignTables {
		columns, exists := found.columns[t.name]
		if !exists {
			continue
		}
		found.tables = append(found.tables, t)
		if !plain[t.name] {
			wrong = append(wrong, fmt.Errorf("%s is no plain table", t.name))
			continue
		}
		wrong = append(wrong, t.compare(tx, columns, keys[t.name])...)
	}
	if len(found.tables) == 0 {
		return nil, nil
	}
	return found, errors.Join(wrong...)
}

// compare tells what makes a table another than the Python program's.
func (t foreignTable) compare(tx bun.Tx, columns, keys []string) (wrong []error) {
	ours := t.schemaOf(tx)
	for _, f := range ours.Fields {
		optional := isNullable(f) || implied[f.Name] != "" || slices.Contains(t.ours, f.Name) ||
			f.Name == "updated_at" || t.name == "audit_logs" && f.Name == "organization_id"
		if !optional && !slices.Contains(columns, f.Name) {
			wrong = append(wrong, fmt.Errorf("the table %s was made by something else: it has no column %s", t.name, f.Name))
		}
	}
	for _, column := range columns {
		if ours.FieldMap[column] == nil || slices.Contains(t.ours, column) {
			wrong = append(wrong, fmt.Errorf("the table %s has a column %q that is unknown here: what it holds would be lost", t.name, column))
		}
	}
	slices.Sort(keys)
	if want := t.keys(tx); len(wrong) == 0 && !slices.Equal(keys, want) {
		wrong = append(wrong, fmt.Errorf("the table %s has another primary key than %s", t.name, strings.Join(want, ", ")))
	}
	return wrong
}

// keys are the columns of the primary key, sorted.
func (t foreignTable) keys(tx bun.Tx) []string {
	var keys []string
	for _, f := range t.schemaOf(tx).PKs {
		keys = append(keys, f.Name)
	}
	slices.Sort(keys)
	return keys
}

func isNullable(f *schema.Field) bool {
	return f.IsPtr || f.IndirectType == reflect.TypeFor[metrics.JSON]() && !f.NotNull ||
		f.IndirectType == reflect.TypeFor[metrics.Names]()
}

func (f *foreign) refuseObstacles(ctx context.Context, e engine, tx bun.Tx) error {
	obstacles, err := texts(ctx, tx, e.adoption.obstacles, bun.List(f.names()))
	if err != nil {
		return fmt.Errorf("look for what depends on the tables: %w", err)
	}
	if len(obstacles) > 0 {
		return fmt.Errorf("tables will be replaced, drop what depends on them first and make it again afterwards: %s",
			strings.Join(obstacles, "; "))
	}
	return nil
}

func (f *foreign) names() []string {
	names := make([]string, len(f.tables))
	for i, t := range f.tables {
		names[i] = t.name
	}
	return names
}

// texts returns the one column of a query.
func texts(ctx context.Context, tx bun.Tx, query string, args ...any) ([]string, error) {
	var all []string
	err := tx.NewRaw(query, args...).Scan(ctx, &all)
	return all, err
}

// workingViews are the views that can be read.
func workingViews(ctx context.Context, e engine, tx bun.Tx) ([]string, error) {
	views, err := texts(ctx, tx, e.adoption.views)
	if err != nil {
		return nil, fmt.Errorf("look for views: %w", err)
	}
	return slices.DeleteFunc(views, func(view string) bool { return tryView(ctx, tx, view) != nil }), nil
}

func tryView(ctx context.Context, tx bun.Tx, view string) error {
	_, err := tx.ExecContext(ctx, "SELECT 1 FROM ? LIMIT 0", bun.Ident(view))
	return err
}

// takeOver is called after the last migration, in the same transaction. It moves
// the rows that setAside found into our tables.
func takeOver(ctx context.Context, e engine, tx bun.Tx, found *foreign) error {
	a := &adopter{engine: e, tx: tx, kept: map[string]map[int64]int64{}, chains: map[int64]*api.AuditLog{}}
	if err := tx.NewRaw("SELECT "+e.now).Scan(ctx, &a.now); err != nil {
		return fmt.Errorf("ask for the time: %w", err)
	}
	for _, t := range found.tables {
		if err := a.adopt(ctx, t, found.columns[t.name]); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}

	if e.adoption.rights != "" {
		grants, err := texts(ctx, tx, e.adoption.rights, bun.List(found.names()))
		if err != nil {
			return fmt.Errorf("look for rights: %w", err)
		}
		if err := run(ctx, tx, strings.Join(grants, ";\n")); err != nil {
			return fmt.Errorf("grant rights: %w", err)
		}
	}
	for _, t := range slices.Backward(found.tables) {
		if err := run(ctx, tx, "DROP TABLE "+e.adoption.aside+t.name); err != nil {
			return fmt.Errorf("drop the old %s: %w", t.name, err)
		}
	}
	if err := run(ctx, tx, e.adoption.dropped); err != nil {
		return fmt.Errorf("tidy up: %w", err)
	}
	for _, view := range found.views {
		if err := tryView(ctx, tx, view); err != nil {
			return fmt.Errorf("the view %s does not fit the new tables, drop it first: %w", view, err)
		}
	}
	return nil
}

// adopter moves the rows of one table after another.
type adopter struct {
	engine engine
	tx     bun.Tx
	now    metrics.Time

	// kept has the ids of the rows that others may refer to, by table, and
	// with each the organization to which it belongs.
	kept map[string]map[int64]int64

	chains map[int64]*api.AuditLog // last entry, by organization
}

// adopt moves the rows of one table.
func (a *adopter) adopt(ctx context.Context, t foreignTable, columns []string) error {
	var total int64
	old := a.engine.adoption.aside + t.name
	if err := a.tx.NewRaw("SELECT count(*) FROM "+old).Scan(ctx, &total); err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	m := &move{adopter: a, table: t, columns: columns, schema: t.schemaOf(a.tx), keys: t.keys(a.tx)}
	m.result = Adoption{TableName: t.name, AdoptedAt: a.now}
	for {
		batch, err := m.read(ctx)
		if err != nil {
			return fmt.Errorf("read rows: %w", err)
		}
		if len(batch) == 0 {
			break
		}
		if err := m.write(ctx, batch); err != nil {
			return err
		}
	}
	if m.result.Kept+m.result.Quarantined != total {
		return fmt.Errorf("%d of %d rows could be read", m.result.Kept+m.result.Quarantined, total)
	}
	if err := m.findDuplicates(ctx); err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	if err := m.continueIDs(ctx, old); err != nil {
		return fmt.Errorf("continue the ids: %w", err)
	}
	if _, err := a.tx.NewInsert().Model(&m.result).Exec(ctx); err != nil {
		return fmt.Errorf("note the result: %w", err)
	}
	return nil
}

// continueIDs makes new ids follow the highest old one.
func (m *move) continueIDs(ctx context.Context, old string) error {
	if m.engine.adoption.sequence == "" || !slices.Equal(m.keys, []string{"id"}) {
		return nil
	}
	var highest *int64
	if err := m.tx.NewRaw("SELECT max(id) FROM "+old).Scan(ctx, &highest); err != nil {
		return err
	}
	if highest == nil || *highest < 1 {
		return nil
	}
	_, err := m.tx.ExecContext(ctx, m.engine.adoption.sequence, m.table.name, *highest)
	return err
}

// findDuplicates notes the rows of a table without event keys that are equal
// in all but their id. Those of events are noted with their keys.
func (m *move) findDuplicates(ctx context.Context) error {
	if _, isEvent := m.table.model.(metrics.Event); !isEvent && slices.Equal(m.keys, []string{"id"}) {
		var content []string
		for _, f := range m.schema.DataFields {
			if !slices.Contains(m.table.ours, f.Name) {
				content = append(content, string(f.SQLName))
			}
		}
		_, err := m.tx.ExecContext(ctx, "INSERT INTO fl_adoption_duplicates (table_name, first_id, id)"+
			" SELECT ?, first_id, id FROM (SELECT id, min(id) OVER (PARTITION BY "+strings.Join(content, ", ")+") AS first_id"+
			" FROM "+m.table.name+") AS compared WHERE first_id < id", m.table.name)
		if err != nil {
			return err
		}
	}
	return m.tx.NewRaw("SELECT count(*) FROM fl_adoption_duplicates WHERE table_name = ?", m.table.name).
		Scan(ctx, &m.result.Duplicates)
}
