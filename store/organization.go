package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/doronpers/feedback-loop-go/api"
)

// ErrNoOrganization is returned for a slug that no organization has.
var ErrNoOrganization = errors.New("no such organization")

// OrganizationID returns the id of the organization with this slug, or
// [ErrNoOrganization].
func (db *DB) OrganizationID(ctx context.Context, slug string) (int64, error) {
	var id int64
	err := db.NewSelect().Model((*api.Organization)(nil)).Column("id").Where("slug = ?", slug).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoOrganization
	}
	if err != nil {
		return 0, fmt.Errorf("store: organization %q: %w", slug, err)
	}
	return id, nil
}
