package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

var noon = metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))

func ptr[T any](v T) *T { return &v }

func TestUserNeverShowsSecrets(t *testing.T) {
	t.Parallel()

	user := api.User{
		Username:       "ada",
		HashedPassword: "$argon2id$secret",
		APIKey:         ptr(api.KeyHash("fl_secret.0123")),
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", user)
		fmt.Fprintf(&out, verb+"\n", &user)
		fmt.Fprintf(&out, verb+"\n", user.HashedPassword)
		fmt.Fprintf(&out, verb+"\n", *user.APIKey)
	}
	marshalled, err := json.Marshal(user)
	require.NoError(t, err)
	out.Write(marshalled)
	marshalled, err = json.Marshal(map[string]any{"password": user.HashedPassword, "key": user.APIKey})
	require.NoError(t, err)
	out.Write(marshalled)
	slog.New(slog.NewTextHandler(&out, nil)).Info("user", "user", user, "password", user.HashedPassword)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("user", "user", user, "key", user.APIKey)
	fmt.Fprintln(&out, fmt.Errorf("store %v: %w", user, (&api.User{}).Validate()))

	assert.Contains(t, out.String(), "ada")
	assert.NotContains(t, out.String(), "secret")
	assert.NotContains(t, out.String(), fmt.Sprintf("%x", "secret"))
}

func TestValidateFindsEveryFault(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		row    interface{ Validate() error }
		fields []string
	}{
		"organization": {&api.Organization{}, []string{"name", "slug", "subscription_tier", "created_at", "updated_at"}},
		"team":         {&api.Team{}, []string{"name", "slug", "created_at", "updated_at"}},
		"user": {&api.User{LastLogin: &metrics.Time{}}, []string{
			"email", "username", "hashed_password", "role", "last_login", "created_at", "updated_at",
		}},
		"membership": {&api.UserTeam{}, []string{"role", "joined_at"}},
		"pattern": {&api.Pattern{EffectivenessScore: ptr(2.0), Severity: ptr(metrics.Severity("bad"))}, []string{
			"name", "severity", "pattern_data", "effectiveness_score", "version", "created_at", "updated_at",
		}},
		"audit log": {&api.AuditLog{}, []string{
			"action", "resource_type", "created_at", "sequence", "previous_hash", "hash",
		}},
		"config": {&api.Config{}, []string{"key", "value", "created_at", "updated_at"}},
		"metric": {&api.Metric{}, []string{"metric_type", "metric_data", "created_at"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var joined interface{ Unwrap() []error }
			require.ErrorAs(t, c.row.Validate(), &joined)
			var fields []string
			for _, err := range joined.Unwrap() {
				var field *metrics.FieldError
				require.ErrorAs(t, err, &field)
				fields = append(fields, field.Field)
			}
			assert.Equal(t, c.fields, fields)
		})
	}
}

func TestValidateAcceptsWhatIsRight(t *testing.T) {
	t.Parallel()

	for _, row := range []interface{ Validate() error }{
		&api.Organization{Name: "Acme", Slug: "acme", SubscriptionTier: api.TierTeam, CreatedAt: noon, UpdatedAt: noon},
		&api.User{
			Email: "a@example.test", Username: "ada", HashedPassword: "!", Role: api.RoleViewer,
			CreatedAt: noon, UpdatedAt: noon,
		},
		&api.Pattern{Name: "guard", PatternData: metrics.JSON(`{}`), Version: 1, CreatedAt: noon, UpdatedAt: noon},
		&api.Config{Key: "k", Value: metrics.JSON(`3`), CreatedAt: noon, UpdatedAt: noon},
		&api.Metric{MetricType: "t", MetricData: metrics.JSON(`{}`), TimeSavedSeconds: ptr(int64(-5)), CreatedAt: noon},
	} {
		assert.NoError(t, row.Validate(), "%T", row)
	}
}
