package sample

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// writeSurroundings writes everything but the events, or, when that was done
// before, only finds out the ids of the organizations.
func (s *story) writeSurroundings(ctx context.Context, tx bun.Tx, t *rollups) error {
	for i, org := range s.organizations {
		err := tx.NewSelect().Model((*api.Organization)(nil)).Column("id").Where("slug = ?", org.slug).Scan(ctx, &org.id)
		if i == 0 && errors.Is(err, sql.ErrNoRows) {
			return s.createSurroundings(ctx, tx, t)
		}
		if err != nil {
			return fmt.Errorf("organization %s: %w", org.slug, err)
		}
	}
	return nil
}

func (s *story) createSurroundings(ctx context.Context, tx bun.Tx, t *rollups) error {
	for _, org := range s.organizations {
		if err := s.createOrganization(ctx, tx, org, t); err != nil {
			return fmt.Errorf("organization %s: %w", org.slug, err)
		}
	}
	r := s.random(streamAudit)
	for _, org := range s.organizations {
		if err := insertAll(ctx, tx, s.auditLog(r, org)); err != nil {
			return fmt.Errorf("audit log of %s: %w", org.slug, err)
		}
	}
	if err := insertAll(ctx, tx, s.savings()); err != nil {
		return fmt.Errorf("time saved: %w", err)
	}
	if err := insertAll(ctx, tx, t.effectiveness()); err != nil {
		return fmt.Errorf("effectiveness: %w", err)
	}
	if err := insertAll(ctx, tx, t.summaries(s.from, s.Until)); err != nil {
		return fmt.Errorf("summaries: %w", err)
	}
	return nil
}

func (s *story) createOrganization(ctx context.Context, tx bun.Tx, org *organization, t *rollups) error {
	founded := metrics.At(s.founded())
	row := api.Organization{
		Name: org.name, Slug: org.slug, SubscriptionTier: org.tier,
		Settings:  object(map[string]any{"week_starts": "monday"}),
		CreatedAt: founded, UpdatedAt: founded,
	}
	if err := insert(ctx, tx, &row); err != nil {
		return err
	}
	org.id = row.ID
	for _, team := range org.teams {
		row := api.Team{
			OrganizationID: org.id, Name: team.name, Slug: team.slug, Description: &team.description,
			CreatedAt: founded, UpdatedAt: founded,
		}
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		team.id = row.ID
	}
	for _, p := range org.people {
		if err := createPerson(ctx, tx, org, p); err != nil {
			return fmt.Errorf("user %s: %w", p.username, err)
		}
	}
	for i, e := range org.library {
		if err := createEntry(ctx, tx, e, org.author(i), t); err != nil {
			return fmt.Errorf("pattern %s: %w", e.name, err)
		}
	}
	return insertAll(ctx, tx, org.configs(founded))
}

// noPassword is no hash of any password: nobody can log in with it.
const noPassword api.PasswordHash = "!"

func createPerson(ctx context.Context, tx bun.Tx, org *organization, p *person) error {
	joined := metrics.At(p.joined)
	row := api.User{
		OrganizationID: org.id,
		Email:          p.username + "@" + org.slug + ".example",
		Username:       p.username,
		HashedPassword: noPassword,
		FullName:       &p.name,
		Role:           p.role,
		IsActive:       p.active,
		IsVerified:     !p.lastLogin.IsZero(),
		CreatedAt:      joined,
		UpdatedAt:      joined,
	}
	if !p.lastLogin.IsZero() {
		at := metrics.At(p.lastLogin)
		row.LastLogin, row.UpdatedAt = &at, at
	}
	if err := insert(ctx, tx, &row); err != nil {
		return err
	}
	p.id = row.ID
	if p.team == nil {
		return nil
	}
	return insert(ctx, tx, &api.UserTeam{UserID: p.id, TeamID: p.team.id, Role: p.role, JoinedAt: joined})
}

// createEntry writes the versions of an entry. Only the last one is active.
func createEntry(ctx context.Context, tx bun.Tx, e *entry, author *person, t *rollups) error {
	var parent *int64
	for i, v := range e.versions {
		lived := t.versions[v]
		row := api.Pattern{
			OrganizationID:     e.org.id,
			AuthorID:           author.id,
			Name:               e.name,
			Description:        e.about,
			Category:           &e.category,
			Severity:           &e.severity,
			PatternData:        object(map[string]any{"bad_example": e.wrong, "tests": e.tests}),
			CodeExample:        &e.right,
			Solution:           &e.about,
			Frequency:          &lived.violated,
			EffectivenessScore: lived.score(),
			TimesApplied:       &lived.applied,
			Version:            v.number,
			ParentID:           parent,
			IsActive:           i == len(e.versions)-1 && !e.archived,
			IsArchived:         e.archived,
			CreatedAt:          metrics.At(v.published),
			UpdatedAt:          metrics.At(v.published),
		}
		if i < len(e.versions)-1 {
			row.UpdatedAt = metrics.At(e.versions[i+1].published)
		} else if e.archived {
			row.UpdatedAt = metrics.At(e.retired)
		}
		if !lived.lastApplied.IsZero() {
			at := metrics.At(lived.lastApplied)
			row.LastApplied = &at
		}
		if err := insert(ctx, tx, &row); err != nil {
			return err
		}
		v.id = row.ID
		parent = &v.id
	}
	return nil
}

// configs are the settings of the organization and of its first team.
func (o *organization) configs(at metrics.Time) []api.Config {
	threshold := "Findings of at least this many reviewers block a merge."
	return []api.Config{
		{
			OrganizationID: o.id, Key: "review_threshold", Value: metrics.JSON("2"), Description: &threshold,
			CreatedAt: at, UpdatedAt: at,
		},
		{
			OrganizationID: o.id, Key: "minimum_confidence", Value: metrics.JSON("0.75"), IsEnforced: true,
			CreatedAt: at, UpdatedAt: at,
		},
		{
			OrganizationID: o.id, TeamID: &o.teams[0].id, Key: "review_threshold", Value: metrics.JSON("1"),
			CreatedAt: at, UpdatedAt: at,
		},
	}
}

// validated is a row that knows its rules.
type validated interface{ Validate() error }

// insert writes one row and sets its id.
func insert(ctx context.Context, tx bun.Tx, row validated) error {
	if err := row.Validate(); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(row).Exec(ctx)
	return err
}

// rowsPerStatement keeps statements short.
const rowsPerStatement = 500

// insertAll writes rows whose ids nobody needs.
func insertAll[T any, P interface {
	*T
	validated
}](ctx context.Context, tx bun.Tx, rows []T) error {
	for i := range rows {
		if err := P(&rows[i]).Validate(); err != nil {
			return err
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), rowsPerStatement)
		part := rows[:n]
		if _, err := tx.NewInsert().Model(&part).Returning("").Exec(ctx); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
