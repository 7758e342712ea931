package web

import (
	"context"

	"golang.org/x/text/language"

	"omniconnector/integration"
)

// spoken are the languages of the API; the first one is for those who ask for none.
var spoken = language.NewMatcher([]language.Tag{language.English, language.Russian})

// languageOf reads an Accept-Language header.
func languageOf(header string) integration.Lang {
	const longest = 200 // nobody speaks that many languages
	if len(header) > longest {
		return integration.English
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return integration.English
	}
	if _, i, _ := spoken.Match(tags...); i == 1 {
		return integration.Russian
	}
	return integration.English
}

// phrase is a sentence in Russian and English.
type phrase [2]string

func (p phrase) in(l integration.Lang) string {
	if l == integration.Russian {
		return p[0]
	}
	return p[1]
}

type contextKey int

const (
	languageKey contextKey = iota
	identityKey
)

// speaks is the language of the one who asks.
func speaks(ctx context.Context) integration.Lang {
	if l, ok := ctx.Value(languageKey).(integration.Lang); ok {
		return l
	}
	return integration.English
}

// caller is whom the request speaks for; routes of tenants always have one.
func caller(ctx context.Context) Identity {
	who, _ := ctx.Value(identityKey).(Identity)
	return who
}
