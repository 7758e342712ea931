package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// routePatience is how long a scenario waits for the CRM's word; the vendor tells no number (contract §6).
const routePatience = 3 * time.Second

// Route is what the CRM said to the question whom a call belongs to (contract §2).
type Route struct {
	Status   int      // of HTTP; 0 when there was no answer
	Phones   []string `json:"phones"`
	Text     string   `json:"text"`
	Operator string   `json:"operator_text"`
	Code     *int     `json:"returned_code"`
	// Fallback tells that the scenario goes on without the CRM: no 200, not JSON, or too late.
	Fallback bool
	Problem  string
	Took     time.Duration
}

// AskRoute puts the question of the scenario step "interactive processing" for an incoming call, as a GET or
// as a form by method.
func (p *Platform) AskRoute(ctx context.Context, method, address string, c Call) Route {
	ctx, cancel := context.WithTimeout(ctx, routePatience)
	defer cancel()
	began := p.o.Now()
	r, err := p.askRoute(ctx, method, address, url.Values{
		"call_session_id": {itoa(c.Session)}, "start_time": {c.stamp(0)}, "input_result": {"None"},
		"numa": {c.Client}, "numb": {c.Number},
	})
	r.Took = p.o.Now().Sub(began)
	if err != nil {
		r.Fallback, r.Problem = true, hide(err.Error())
	}
	return r
}

func (p *Platform) askRoute(ctx context.Context, method, address string, params url.Values) (Route, error) {
	var body io.Reader
	if method == http.MethodGet {
		address += "?" + params.Encode()
	} else {
		body = strings.NewReader(params.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return Route{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", formType)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return Route{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	r := Route{}
	err = json.NewDecoder(io.LimitReader(resp.Body, enough)).Decode(&r)
	r.Status = resp.StatusCode
	switch {
	case r.Status != http.StatusOK:
		return r, fmt.Errorf("status %d", r.Status)
	case err != nil:
		return r, fmt.Errorf("answer: %w", err)
	}
	return r, nil
}
