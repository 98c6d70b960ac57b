package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// RefusedRecord is a record of a file that an import could not store, kept as
// it was read, so that nothing is lost and a person can see what to mend.
type RefusedRecord struct {
	bun.BaseModel `bun:"table:fl_quarantine,alias:rr"`

	ID            int64        `bun:",pk,autoincrement"`
	RecordKey     string       // 64 hexadecimal characters; a key is kept once
	File          string       // base name of the file
	Format        string       // of the file, such as feedback-loop
	TableName     *string      // to which the record would belong; NULL unknown
	Position      int64        // in its list, from 0
	Path          string       // of what is at fault, such as $.bugs[2].timestamp
	Field         *string      // the column that is at fault; NULL when it is the whole record
	Reason        string       // in words
	Record        string       // the text of the record
	QuarantinedAt metrics.Time // when it was refused for the first time
}

// quarantineRows is how many records go into one statement.
const quarantineRows = 500

// Quarantine keeps refused records, all of them or, on an error, none. A record
// whose key is kept already is left as it is.
func (db *DB) Quarantine(ctx context.Context, records []RefusedRecord) error {
	if len(records) == 0 {
		return nil
	}
	err := db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for from := 0; from < len(records); from += quarantineRows {
			part := records[from:min(from+quarantineRows, len(records))]
			_, err := tx.NewInsert().Model(&part).
				ExcludeColumn("id").
				On("CONFLICT (record_key) DO NOTHING").
				Returning("").
				Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: quarantine: %w", err)
	}
	return nil
}

// Quarantined returns up to limit refused records in the order in which they
// came, beginning behind the one whose ID is after. Begin with 0.
func (db *DB) Quarantined(ctx context.Context, after int64, limit int) ([]RefusedRecord, error) {
	var records []RefusedRecord
	err := db.NewSelect().Model(&records).Where("rr.id > ?", after).OrderExpr("rr.id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: read the quarantine: %w", Classify(err))
	}
	return records, nil
}
