package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Adoption says what became of one table of a database that the Python program
// made.
type Adoption struct {
	bun.BaseModel `bun:"table:fl_adoption,alias:ad"`

	TableName   string       `bun:",pk"`
	Kept        int64        // rows that are in the table now, with the ids that they had
	Duplicates  int64        // kept rows that say the same as an earlier one
	Quarantined int64        // rows that break a rule; see [DB.Quarantined]
	AdoptedAt   metrics.Time // when [Migrate] took the table over
}

// Adopted returns what [Migrate] found when it took over a database that the
// Python program made: one entry for each table that was there, by name. It is
// empty for a database that was ours from the beginning.
//
// Duplicates are kept, as nobody can tell whether the same happened twice or was
// only written twice. The table fl_adoption_duplicates holds the id of each and
// the first_id of the row that it repeats.
func Adopted(ctx context.Context, db *DB) ([]Adoption, error) {
	var all []Adoption
	if err := db.NewSelect().Model(&all).OrderExpr("ad.table_name").Scan(ctx); err != nil {
		return nil, fmt.Errorf("store: read the adoption: %w", Classify(err))
	}
	return all, nil
}
