package storetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestEachGivesFreshMigratedDatabases(t *testing.T) {
	t.Parallel()

	for range 5 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			require.NoError(t, store.Check(t.Context(), db))
			_, err := db.ExecContext(t.Context(), "CREATE TABLE only_here (id bigint)")
			require.NoError(t, err)
		})
	}
}
