package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// adopted is a row on its way into our table.
type adopted struct {
	old      oldRow
	position int64 // in the old table
	row      interface{ Validate() error }
	faults   []*metrics.FieldError
	refusal  error // of the database
}

// write moves a batch of rows: into our table those that keep the rules, into
// the quarantine the others.
func (m *move) write(ctx context.Context, batch []oldRow) error {
	var good, bad []*adopted
	for i, old := range batch {
		r := &adopted{old: old, position: m.result.Kept + m.result.Quarantined + int64(i)}
		r.row = reflect.New(m.schema.Type).Interface().(interface{ Validate() error })
		r.faults = m.decode(old, r.row)
		m.check(r)
		if len(r.faults) > 0 {
			bad = append(bad, r)
			continue
		}
		m.remember(r.row)
		good = append(good, r)
	}
	if err := m.identify(ctx, good); err != nil {
		return fmt.Errorf("find equal rows: %w", err)
	}
	refused, err := m.insert(ctx, good)
	if err != nil {
		return fmt.Errorf("insert rows: %w", err)
	}
	for _, r := range refused {
		m.forget(r.row)
	}
	bad = append(bad, refused...)
	slices.SortFunc(bad, func(a, b *adopted) int { return int(a.position - b.position) })
	if err := m.quarantine(ctx, bad); err != nil {
		return fmt.Errorf("quarantine rows: %w", err)
	}
	m.result.Kept += int64(len(batch) - len(bad))
	m.result.Quarantined += int64(len(bad))
	return nil
}

// check adds what else is wrong with a row: rules that it breaks, rows that it
// refers to and that were not kept.
func (m *move) check(r *adopted) {
	fail := func(field string, value any, rule string) {
		for _, known := range r.faults {
			if known.Field == field {
				return
			}
		}
		r.faults = append(r.faults, &metrics.FieldError{Field: field, Value: value, Rule: rule})
	}
	refer := func(field, table string, id *int64) {
		if id == nil {
			return
		}
		if _, kept := m.kept[table][*id]; !kept {
			fail(field, *id, "must be the id of a row of "+table+" that was kept")
		}
	}
	switch row := r.row.(type) {
	case metrics.Event:
		row.Provenance().EventKey = row.ContentKey(0)
	case *api.Team:
		refer("organization_id", "organizations", &row.OrganizationID)
	case *api.User:
		refer("organization_id", "organizations", &row.OrganizationID)
	case *api.UserTeam:
		refer("user_id", "users", &row.UserID)
		refer("team_id", "teams", &row.TeamID)
	case *api.Pattern:
		refer("organization_id", "organizations", &row.OrganizationID)
		refer("team_id", "teams", row.TeamID)
		refer("author_id", "users", &row.AuthorID)
		refer("parent_id", "patterns", row.ParentID)
	case *api.AuditLog:
		refer("user_id", "users", row.UserID)
		if row.OrganizationID == 0 {
			row.OrganizationID = m.organizationOf(row.UserID)
		}
		refer("organization_id", "organizations", &row.OrganizationID)
		// Its place in the chain is found once it is known to be kept.
		row.Sequence, row.PreviousHash, row.Hash = 1, api.FirstHash, api.FirstHash
	case *api.Config:
		refer("organization_id", "organizations", &row.OrganizationID)
		refer("team_id", "teams", row.TeamID)
	case *api.Metric:
		refer("organization_id", "organizations", &row.OrganizationID)
		refer("team_id", "teams", row.TeamID)
		refer("user_id", "users", row.UserID)
		refer("pattern_id", "patterns", row.PatternID)
	}
	if id := idOf(r.row); id != nil && *id < 1 { // which a database takes for none
		fail("id", *id, "must be at least 1")
	}
	for _, err := range split(r.row.Validate()) {
		var fault *metrics.FieldError
		if errors.As(err, &fault) {
			fail(fault.Field, fault.Value, fault.Rule)
		}
	}
}

// split takes joined errors apart.
func split(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return nil
}

func idOf(row any) *int64 {
	if id := reflect.ValueOf(row).Elem().FieldByName("ID"); id.IsValid() {
		return id.Addr().Interface().(*int64)
	}
	return nil
}

// organizationOf is the organization of a user. What no user did belongs to the
// only organization, if there is one.
func (a *adopter) organizationOf(user *int64) int64 {
	if user != nil {
		return a.kept["users"][*user]
	}
	if all := a.kept["organizations"]; len(all) == 1 {
		for id := range all {
			return id
		}
	}
	return 0
}

// remember notes a row that others may refer to, and puts an entry of the audit
// log at the end of its chain.
func (m *move) remember(row any) {
	if m.kept[m.table.name] == nil {
		m.kept[m.table.name] = map[int64]int64{}
	}
	kept := m.kept[m.table.name]
	switch row := row.(type) {
	case *api.Organization:
		kept[row.ID] = row.ID
	case *api.Team:
		kept[row.ID] = row.OrganizationID
	case *api.User:
		kept[row.ID] = row.OrganizationID
	case *api.Pattern:
		kept[row.ID] = row.OrganizationID
	case *api.AuditLog:
		if last := m.chains[row.OrganizationID]; last != nil {
			row.Sequence, row.PreviousHash = last.Sequence+1, last.Hash
		}
		row.Hash = row.ChainHash()
		m.chains[row.OrganizationID] = row
	}
}

// forget takes back what remember noted of a row that the database refused.
func (m *move) forget(row any) {
	if id := idOf(row); id != nil {
		delete(m.kept[m.table.name], *id)
	}
}

// identify gives events their keys. Equal ones are told apart by an ordinal in
// the order of their ids, as those of an imported file are, and noted as
// duplicates of the first.
func (m *move) identify(ctx context.Context, rows []*adopted) error {
	if _, isEvent := m.table.model.(metrics.Event); !isEvent || len(rows) == 0 {
		return nil
	}
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.row.(metrics.Event).Provenance().EventKey
	}
	first, repeats, err := m.stored(ctx, keys)
	if err != nil {
		return err
	}
	var duplicates []duplicate
	for i, r := range rows {
		id := *idOf(r.row)
		original, repeated := first[keys[i]]
		if !repeated {
			first[keys[i]] = id
			continue
		}
		repeats[original]++
		e := r.row.(metrics.Event)
		e.Provenance().EventKey = e.ContentKey(repeats[original])
		duplicates = append(duplicates, duplicate{TableName: m.table.name, FirstID: original, ID: id})
	}
	if len(duplicates) == 0 {
		return nil
	}
	_, err = m.tx.NewInsert().Model(&duplicates).Returning("").Exec(ctx)
	return err
}

// duplicate is a row that says the same as an earlier one.
type duplicate struct {
	bun.BaseModel `bun:"table:fl_adoption_duplicates"`

	TableName string
	FirstID   int64
	ID        int64
}

// stored returns the ids of rows that are in our table by their keys, and how
// often each of them was repeated.
func (m *move) stored(ctx context.Context, keys []string) (first map[string]int64, repeats map[int64]int, err error) {
	first, repeats = map[string]int64{}, map[int64]int{}
	var rows []struct {
		ID       int64
		EventKey string
	}
	err = m.tx.NewRaw("SELECT id, event_key FROM "+m.table.name+" WHERE event_key IN (?)", bun.List(keys)).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return first, repeats, err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		first[row.EventKey] = row.ID
		ids[i] = row.ID
	}
	var counts []struct {
		FirstID int64
		Repeats int
	}
	err = m.tx.NewRaw("SELECT first_id, count(*) AS repeats FROM fl_adoption_duplicates"+
		" WHERE table_name = ? AND first_id IN (?) GROUP BY first_id", m.table.name, bun.List(ids)).Scan(ctx, &counts)
	for _, c := range counts {
		repeats[c.FirstID] = c.Repeats
	}
	return first, repeats, err
}

// insert adds rows and returns those that the database refuses, such as the
// second pattern of one name and version.
func (m *move) insert(ctx context.Context, rows []*adopted) (refused []*adopted, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	refusal, err := m.attempt(ctx, rows)
	if refusal == nil || err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.refusal, err = m.attempt(ctx, []*adopted{r}); err != nil {
			return nil, err
		}
		if r.refusal != nil {
			refused = append(refused, r)
		}
	}
	return refused, nil
}

// attempt inserts all rows or, when the database refuses one, none.
func (m *move) attempt(ctx context.Context, rows []*adopted) (refusal, err error) {
	slice := reflect.MakeSlice(reflect.SliceOf(m.schema.Type), 0, len(rows))
	for _, r := range rows {
		slice = reflect.Append(slice, reflect.ValueOf(r.row).Elem())
	}
	models := reflect.New(slice.Type())
	models.Elem().Set(slice)

	if err := run(ctx, m.tx, "SAVEPOINT adoption"); err != nil {
		return nil, err
	}
	_, err = m.tx.NewInsert().Model(models.Interface()).Returning("").Exec(ctx)
	if err == nil {
		return nil, run(ctx, m.tx, "RELEASE SAVEPOINT adoption")
	}
	if err = Classify(err); !isRefusal(err) {
		return nil, err
	}
	return err, run(ctx, m.tx, "ROLLBACK TO SAVEPOINT adoption; RELEASE SAVEPOINT adoption")
}

// formatAdopted marks the rows of an adopted database in the quarantine.
const formatAdopted = "adopted"

func (m *move) quarantine(ctx context.Context, rows []*adopted) error {
	if len(rows) == 0 {
		return nil
	}
	records := make([]RefusedRecord, len(rows))
	for i, r := range rows {
		key := make([]string, len(m.keys))
		for j, column := range m.keys {
			key[j] = fmt.Sprintf("%s=%v", column, r.old[column])
		}
		path := m.table.name + "[" + strings.Join(key, ",") + "]"
		sum := sha256.Sum256([]byte(formatAdopted + " " + path))
		records[i] = RefusedRecord{
			RecordKey:     hex.EncodeToString(sum[:]),
			File:          m.table.name,
			Format:        formatAdopted,
			TableName:     &m.table.name,
			Position:      r.position,
			Path:          path,
			Record:        m.record(r.old),
			QuarantinedAt: m.now,
		}
		if r.refusal != nil {
			records[i].Reason = r.refusal.Error()
			continue
		}
		records[i].Field = &r.faults[0].Field
		reasons := make([]string, len(r.faults))
		for j, fault := range r.faults {
			reasons[j] = strings.TrimPrefix(fault.Error(), "metrics: ")
		}
		records[i].Reason = strings.Join(reasons, "; ")
	}
	_, err := m.tx.NewInsert().Model(&records).ExcludeColumn("id").Returning("").Exec(ctx)
	return err
}
