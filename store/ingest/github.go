package ingest

import (
	"cmp"
	"io"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// GitHub is what GitHub says of deployments and of runs of Actions: the
// payloads of its events deployment_status and workflow_run, and the
// deployments and statuses that its API lists. A file holds one of them, one
// per line, or a list.
const GitHub Format = "github"

func githubDecoder() decoder {
	return decoder{
		format:     GitHub,
		recognises: recognisesGitHub,
		read:       readGitHub,
		locate:     locateNowhere,
	}
}

func recognisesGitHub(_ []byte, keys []string) bool {
	has := func(key string) bool { return slices.Contains(keys, key) }
	return has("deployment_status") || has("workflow_run") ||
		has("environment") && (has("statuses_url") || has("deployment_url")) ||
		has("action") && has("sender")
}

func readGitHub(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	s.origin.Source = orElse(s.origin.Source, "github")
	return walkAll(r, func(doc *stream, index int) error {
		said := record{list: "$", index: index, table: "metrics_performance"}
		var payload githubPayload
		if err := doc.decode(&said, &payload, found); err != nil {
			return err
		}
		records := []record{said}
		if said.faults == nil {
			records = payload.records(s, said, found)
		}
		for _, rec := range records {
			if !emit(rec) {
				return errStopped
			}
		}
		return nil
	})
}

// githubPayload is a payload of an event, a deployment or a status of one.
type githubPayload struct {
	Action     string
	Repository struct {
		FullName string `json:"full_name"`
	}
	Deployment       *githubDeployment
	DeploymentStatus *githubStatus      `json:"deployment_status"`
	WorkflowRun      *githubWorkflowRun `json:"workflow_run"`

	// Of what the API lists.
	ID            int64
	State         string
	Description   string
	Environment   string
	Ref           string
	SHA           string
	CreatedAt     string `json:"created_at"`
	StatusesURL   string `json:"statuses_url"`
	DeploymentURL string `json:"deployment_url"`
	RepositoryURL string `json:"repository_url"`
}

type githubDeployment struct {
	ID          int64
	Ref         string
	SHA         string
	Environment string
	CreatedAt   string `json:"created_at"`
}

type githubStatus struct {
	ID          int64
	State       string
	Description string
	Environment string
	CreatedAt   string `json:"created_at"`
}

type githubWorkflowRun struct {
	ID           int64
	Name         string
	Event        string
	Status       string
	Conclusion   string
	HeadBranch   string `json:"head_branch"`
	HeadSHA      string `json:"head_sha"`
	RunAttempt   int64  `json:"run_attempt"`
	RunStartedAt string `json:"run_started_at"`
	UpdatedAt    string `json:"updated_at"`
}

func (p githubPayload) records(s settings, said record, found *findings) []record {
	s.origin.Project = orElse(s.origin.Project, cmp.Or(p.Repository.FullName, repositoryOf(p.RepositoryURL)))
	if p.WorkflowRun != nil && p.WorkflowRun.ID != 0 {
		s.origin.RunID = orElse(s.origin.RunID, strconv.FormatInt(p.WorkflowRun.ID, 10))
	}
	switch {
	case p.DeploymentStatus != nil:
		var d githubDeployment
		if p.Deployment != nil {
			d = *p.Deployment
		}
		return d.records(s, *p.DeploymentStatus, said, found)
	case p.DeploymentURL != "":
		id, _ := strconv.ParseInt(path.Base(p.DeploymentURL), 10, 64) // 0 is unknown
		status := githubStatus{ID: p.ID, State: p.State, Description: p.Description, Environment: p.Environment, CreatedAt: p.CreatedAt}
		return githubDeployment{ID: id}.records(s, status, said, found)
	case p.StatusesURL != "":
		d := githubDeployment{ID: p.ID, Ref: p.Ref, SHA: p.SHA, Environment: p.Environment}
		return d.records(s, githubStatus{CreatedAt: p.CreatedAt}, said, found)
	case p.WorkflowRun != nil && p.WorkflowRun.Status == "completed":
		said.event, said.faults = p.WorkflowRun.measurement(s)
		return []record{said}
	case p.WorkflowRun != nil:
		found.passOver("workflow run that is not completed")
	default:
		found.passOver("neither deployment nor workflow run")
	}
	return nil
}

// repositoryOf is owner and name of a repository, from its address in the API.
func repositoryOf(address string) string {
	owner, name := path.Split(address)
	if owner == "" || name == "" {
		return ""
	}
	return path.Base(owner) + "/" + name
}

// records makes a row of a deployment, the same one whatever is said of it
// later, and an issue of a status that says that it failed. Most statuses say
// only that it goes on.
func (d githubDeployment) records(s settings, status githubStatus, said record, found *findings) []record {
	failed := status.State == "failure" || status.State == "error"
	if !failed && status.State != "success" && status.State != "" {
		found.passOver("deployment status " + metrics.CutText(status.State, maxUnknownKey))
		return nil
	}
	at, faults := githubTime(status.CreatedAt, "created_at")
	if faults != nil {
		said.faults = faults
		return []record{said}
	}
	d.Environment = cmp.Or(status.Environment, d.Environment)
	row := said
	row.event, row.faults = d.measurement(s, status.State, at)
	if !failed {
		return []record{row}
	}
	issue := &metrics.Deployment{
		Origin:      s.origin,
		IssueType:   &status.State,
		Environment: d.Environment,
		RootCause:   orElse(nil, status.Description),
		Timestamp:   at,
	}
	issue.EventKey = githubKey(s, "deployment status", status.ID)
	said.list, said.table, said.event = "$.deployment_status", issue.Table(), issue
	return []record{row, said}
}

func (d githubDeployment) measurement(s settings, state string, at metrics.Time) (metrics.Event, []fault) {
	details := map[string]any{"environment": d.Environment}
	for key, value := range map[string]string{"status": state, "ref": d.Ref, "sha": d.SHA} {
		if value != "" {
			details[key] = value
		}
	}
	if d.ID != 0 {
		details["deployment_id"] = strconv.FormatInt(d.ID, 10)
	}
	p := &metrics.Performance{Origin: s.origin, MetricType: metrics.MetricDeployment, Timestamp: at}
	if took, ok := githubDuration(d.CreatedAt, at); ok {
		details["duration"] = took.Seconds()
		p.ExecutionTimeMS = milliseconds(took)
	}
	p.EventKey = githubKey(s, metrics.MetricDeployment, d.ID)
	return withDetails(p, details)
}

// measurement is how long a run of a workflow took and how it ended.
func (w githubWorkflowRun) measurement(s settings) (metrics.Event, []fault) {
	at, faults := githubTime(w.UpdatedAt, "workflow_run.updated_at")
	if faults != nil {
		return nil, faults
	}
	details := map[string]any{"attempt": w.RunAttempt}
	for key, value := range map[string]string{"conclusion": w.Conclusion, "event": w.Event, "branch": w.HeadBranch, "sha": w.HeadSHA} {
		if value != "" {
			details[key] = value
		}
	}
	p := &metrics.Performance{
		Origin:       s.origin,
		MetricType:   "workflow_run",
		FunctionName: orElse(nil, w.Name),
		Timestamp:    at,
	}
	if took, ok := githubDuration(w.RunStartedAt, at); ok {
		p.ExecutionTimeMS = milliseconds(took)
	}
	if w.ID != 0 {
		p.EventKey = githubKey(s, "workflow run attempt "+strconv.FormatInt(w.RunAttempt, 10), w.ID)
	}
	return withDetails(p, details)
}

// githubKey is the key of what GitHub knows by an id, however often it says
// so; empty without an id.
func githubKey(s settings, what string, id int64) string {
	if id == 0 {
		return ""
	}
	identity := metrics.Performance{MetricType: what, MemoryUsageBytes: &id}
	identity.OrganizationID, identity.Project = s.origin.OrganizationID, s.origin.Project
	return identity.ContentKey(0)
}

func githubTime(text, at string) (metrics.Time, []fault) {
	t, _, err := parseTime(text, time.UTC)
	if err != nil {
		return metrics.Time{}, []fault{{column: "timestamp", at: "." + at, reason: "is " + err.Error()}}
	}
	return metrics.At(t), nil
}

func githubDuration(from string, to metrics.Time) (time.Duration, bool) {
	began, _, err := parseTime(from, time.UTC)
	took := to.Sub(began)
	return took, err == nil && took >= 0
}

func milliseconds(d time.Duration) *float64 {
	ms := float64(d) / float64(time.Millisecond)
	return &ms
}

// withDetails completes a measurement.
func withDetails(p *metrics.Performance, details map[string]any) (metrics.Event, []fault) {
	var err error
	if p.Details, err = metrics.NewJSON(details); err != nil {
		return nil, []fault{{column: "details", reason: reasonOf(err)}}
	}
	return p, nil
}
