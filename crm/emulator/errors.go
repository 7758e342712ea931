package emulator

import (
	"errors"
	"maps"
	"net/http"
)

// apiError is a refusal in the vendor's envelope (contract §1.2, §1.3).
type apiError struct {
	Status int
	Code   string
	Text   string
	Extra  map[string]any
}

func (e *apiError) Error() string { return e.Code + ": " + e.Text }

// Errors have neither result nor time (contract §1.2), so limits must be remembered from the last success.
func (e *apiError) body() map[string]any {
	out := map[string]any{"error": e.Code, "error_description": e.Text}
	maps.Copy(out, e.Extra)
	return out
}

// Status and code are two things: clients must switch on the code, the status varies with the vendor's year (contract §0.6).
func refuse(status int, code, text string) *apiError {
	return &apiError{Status: status, Code: code, Text: text}
}

// core is the commonest refusal of old methods: 400 ERROR_CORE with a text.
func core(text string) *apiError { return refuse(http.StatusBadRequest, "ERROR_CORE", text) }

// blank is a refusal whose code is empty, which old CRM methods use (contract §5.3).
func blank(text string) *apiError { return refuse(http.StatusBadRequest, "", text) }

// missing is the generic controller's answer to an absent parameter (contract §1.3, code 100).
func missing(param string) *apiError {
	return refuse(http.StatusBadRequest, "100", "Could not find value for parameter {"+param+"}")
}

// argument is ERROR_ARGUMENT, which names the culprit in an extra key (contract §1.2).
func argument(name, text string) *apiError {
	e := refuse(http.StatusBadRequest, "ERROR_ARGUMENT", text)
	e.Extra = map[string]any{"argument": name}
	return e
}

func notFound() *apiError { return refuse(http.StatusBadRequest, "NOT_FOUND", "Element not found") }

// Anything unforeseen is the vendor's ambiguous 500: executed or not, nobody knows (contract §1.3).
func asAPIError(err error) *apiError {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	return refuse(http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "Internal server error")
}
