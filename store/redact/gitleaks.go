package redact

import (
	"fmt"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"github.com/zricethezav/gitleaks/v8/config"
)

// knownRules are those of this package and of gitleaks, read once.
var knownRules = sync.OnceValues(func() ([]*rule, error) {
	var file config.ViperConfig
	if err := toml.Unmarshal([]byte(config.DefaultConfig), &file); err != nil {
		return nil, fmt.Errorf("redact: rules of gitleaks: %w", err)
	}
	c, err := file.Translate()
	if err != nil {
		return nil, fmt.Errorf("redact: rules of gitleaks: %w", err)
	}
	rules := passwordRules()
	for _, id := range c.OrderedRules {
		r := c.Rules[id]
		if r.Regex == nil || r.Path != nil { // about files of a certain name
			continue
		}
		if !ruleID.MatchString(id) {
			return nil, fmt.Errorf("redact: rules of gitleaks: %q does not fit into a placeholder", id)
		}
		generic := id == "generic-api-key"
		rules = append(rules, &rule{
			id:       id,
			regexp:   r.Regex,
			keywords: r.Keywords,
			group:    r.SecretGroup,
			inner:    !generic,
			loose:    generic,
			assigned: generic && isAssignment(r.Regex),
			entropy:  r.Entropy,
			harmless: append(r.Allowlists, c.Allowlists...),
		})
	}
	return rules, nil
})
