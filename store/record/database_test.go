package record_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestAllKindsReachTheirTables(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := record.New(db, record.Options{})
		for _, e := range fullEvents(t) {
			e.Provenance().OrganizationID = nil
			_, err := r.Record(t.Context(), e)
			require.NoError(t, err)
		}
		require.NoError(t, r.Close(t.Context()))
		for _, e := range fullEvents(t) {
			n, err := db.NewSelect().Table(e.Table()).Where("event_key = ?", e.Provenance().EventKey).Count(t.Context())
			require.NoError(t, err)
			assert.EqualValues(t, 1, n, e.Table())
		}
	})
}

func TestStoredBugIsTheGivenOne(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := record.New(db, record.Options{})
		want := fullEvents(t)[0].(*metrics.Bug)
		want.OrganizationID = nil
		_, err := r.Store(t.Context(), want)
		require.NoError(t, err)
		require.NoError(t, r.Close(t.Context()))

		var got metrics.Bug
		require.NoError(t, db.NewSelect().Model(&got).Scan(t.Context()))
		got.ID = 0
		assert.Equal(t, *want, got)
	})
}

func TestManyCallersOneOfThemWrong(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := record.New(db, record.Options{})
		var callers sync.WaitGroup
		for i := range 64 {
			callers.Go(func() {
				for n := range 10 {
					e := bug("nil map")
					if i == 13 && n == 7 {
						e.OrganizationID = new(int64(404))
						_, err := r.Store(t.Context(), e)
						assert.ErrorIs(t, err, store.ErrConflict)
						continue
					}
					_, err := r.Store(t.Context(), e)
					assert.NoError(t, err)
				}
			})
		}
		callers.Wait()
		require.NoError(t, r.Close(t.Context()))
		s := balance(t, r)
		assert.Equal(t, []int{640, 639, 1}, []int{s.Accepted, s.Stored, s.Refused})

		n, err := db.NewSelect().Model((*metrics.Bug)(nil)).Count(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 639, n)
	})
}
