package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestOrganizationIDFindsTheSlug(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))
		acme := &api.Organization{
			Name: "Acme", Slug: "acme", SubscriptionTier: api.TierFree, CreatedAt: at, UpdatedAt: at,
		}
		_, err := db.NewInsert().Model(acme).Exec(t.Context())
		require.NoError(t, err)

		id, err := db.OrganizationID(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, acme.ID, id)

		_, err = db.OrganizationID(t.Context(), "umbrella")
		require.ErrorIs(t, err, store.ErrNoOrganization)
	})
}
