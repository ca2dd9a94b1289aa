"""The words that a sketch understands, English and German, as data.

"tower" is that word alone, "forest*" any word that begins so, "*wald" any that ends so. Umlauts may be written either
way. Where a word fits several entries, the longest pattern wins, so "lighthouse" is not a house.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SCENES: Final[Mapping[str, str]] = {
    "lighthouse": "lighthouse* leuchtturm* leuchttürm* leuchtfeuer beacon",
    "cat": "cat cats kitten* kitty katze* kater kätzchen* miez*",
    "dog": "dog dogs puppy puppies hund hunde hündchen welpe* hound* doggy",
    "fox": "fox foxes fuchs füchse füchs*",
    "wolf": "wolf wolves wölfe wolfs husky",
    "rabbit": "rabbit* bunny bunnies hare hares hase hasen häschen kaninchen*",
    "bear": "bear bears bär bären teddy* panda* grizzly*",
    "portrait": (
        "portrait* porträt* person people woman women man men girl* boy boys lady ladies king queen face "
        "faces child children mensch* frau frauen mann männer mädchen junge kind kinder gesicht* dame könig* "
        "human* selfie self-portrait princess* prinzessin* wizard* zauberer witch* hexe* knight* ritter*"
    ),
    "flowers": (
        "flower* rose roses rosen tulip* tulpe* daisy daisies bouquet* blossom* bloom* sunflower* "
        "sonnenblume* blume* blüte* garden* garten gärten meadow* wiese* poppy poppies mohn* lotus *strauß "
        "*blume *blumen cherry kirschblüte*"
    ),
    "village": (
        "village* house houses cottage* cabin* hut huts home barn farm* church* dorf dörfer haus häuser "
        "hütte* bauernhof* scheune* kirche* *haus *häuser *dorf castle* burg schloss schlösser hobbit* "
        "chalet*"
    ),
    "city": (
        "city cities cityscape* skyline* skyscraper* urban metropol* town towns downtown street* tower towers "
        "stadt städte großstadt hochhaus* hochhäuser* wolkenkratzer* straße* turm türme *stadt *stadtbild "
        "cyberpunk* building* gebäude manhattan tokyo tokio york london berlin paris shanghai"
    ),
    "space": (
        "space galax* nebul* planet* cosmos cosmic* universe* outer astronaut* rocket* spaceship* starship* "
        "milky saturn* jupiter mars weltall weltraum* kosmos kosmisch* universum galaxie* raumschiff* rakete* "
        "milchstraße sternennebel orbit* asteroid* comet* komet*"
    ),
    "mountain": (
        "mountain* peak peaks alp alps alpine summit* cliff* canyon* hill hills valley* volcano* everest "
        "matterhorn fjord* berg berge bergen gebirge* gipfel* alpen* tal täler hügel* vulkan* *berg *berge "
        "lake lakes bergsee*"
    ),
    "forest": (
        "forest* wood woods woodland* tree trees jungle* pine pines fir firs grove* oak oaks birch* wald "
        "wälder *wald baum bäume* tanne* fichte* dschungel* urwald eiche* birke* hain lichtung*"
    ),
    "desert": (
        "desert* dune dunes sahara oasis* cactus cacti wüste* düne* oase* kaktus* kakteen sand sandy camel* kamel*"
    ),
    "sea": (
        "sea seas ocean* beach* coast* wave waves island* ship ships boat* sail* harbour* harbor* shore* bay "
        "lagoon* surf* meer* ozean* strand* küste* welle* insel* schiff* boot boote segel* hafen ufer bucht* "
        "*meer nordsee ostsee"
    ),
    "abstract": ("abstract* abstrakt* pattern* muster geometr* dream* traum* fractal* fraktal* chaos kaleidoscop*"),
}
"""Subjects, the more particular first: of several in one prompt the first here is painted, the next is its setting."""

HOURS: Final[Mapping[str, str]] = {
    "dawn": ("dawn sunrise* daybreak morning* morgen* morgendämmerung sonnenaufgang* morgenrot früh frühmorgens"),
    "dusk": ("dusk sunset* twilight* evening* dämmerung* abend* sonnenuntergang* abendrot golden gloaming goldene*"),
    "night": (
        "night* midnight* moon* star stars starry starlit nacht nachts nächt* mitternacht* mond* stern sterne "
        "sternen* moonlight* moonlit dark dunkel* aurora* nordlicht* polarlicht*"
    ),
    "noon": (
        "noon midday day daylight sunny sun bright mittag* tag tags sonne sonnig* helle heller helles "
        "tageslicht summer* sommer*"
    ),
}

WEATHERS: Final[Mapping[str, str]] = {
    "snow": (
        "snow* winter* ice icy frost* frozen schnee* verschneit* eis eisig* gefroren* christmas weihnacht* "
        "arctic arktis*"
    ),
    "rain": "rain* storm* thunder* drizzle wet regen* sturm* gewitter* nass* stürm* verregnet*",
    "fog": "fog* mist* misty haze hazy nebel neblig* dunst* nebl*",
    "clouds": "cloud* cloudy overcast wolke* wolkig* bewölkt*",
}

MOODS: Final[Mapping[str, str]] = {
    "neon": "neon* cyberpunk* synthwave vaporwave retrowave leuchtreklame*",
    "magic": (
        "magic* enchanted fairy* fairies mystic* glow* bioluminesc* dreamy fantasy wonder* sparkl* zauber* "
        "magisch* verzaubert* märchen* fee feen mystisch* leuchtend* funkel* verwunschen* fantast*"
    ),
    "future": (
        "futur* sci-fi scifi science-fiction utopia* dystopia* robot* hologra* zukunft* zukünft* utopi* dystop*"
    ),
    "autumn": "autumn* fall herbst* october oktober* november foliage laub",
    "aurora": "aurora* nordlicht* polarlicht*",
    "stars": "star stars starry starlit stern sterne sternen* milky milchstraße",
    "moon": "moon* mond* vollmond*",
    "boat": "ship ships boat* sail* schiff* boot boote segel*",
    "man": (
        "man men boy boys king mann männer junge könig könige wizard* zauberer knight* ritter* father vater grandpa opa"
    ),
    "castle": "castle* burg schloss schlösser king queen könig* knight* ritter*",
    "lake": "lake lakes bergsee* waldsee* fjord*",
}

STYLES: Final[Mapping[str, str]] = {
    "watercolour": "watercolor* watercolour* aquarell* wasserfarbe*",
    "oil": ("oil oils impressionis* ölgemälde ölbild* ölfarbe* ölmalerei öl gogh monet gemälde painting* painterly"),
    "pixel": "pixel* 8-bit 8bit 16-bit 16bit",
    "pencil": "pencil* sketch* drawing* charcoal* graphite bleistift* skizze* zeichnung* kohle* gezeichnet*",
    "noir": "noir monochrom* black-and-white schwarzweiß* schwarz-weiß* bw grayscale greyscale",
    "sepia": "sepia* vintage antique nostalg* antik*",
}

COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "red": ("#c8432e", "red crimson scarlet rot rote* roter rotes rötlich* purpurrot*"),
    "orange": ("#e07a2c", "orange orangen* ginger"),
    "yellow": ("#e8bf3d", "yellow gelb* goldgelb*"),
    "green": ("#4f8f4a", "green emerald grün* smaragd*"),
    "teal": ("#2d8f8c", "teal turquoise cyan türkis*"),
    "blue": ("#3a66b8", "blue azure blau* bläulich* himmelblau*"),
    "purple": ("#7a4aa8", "purple violet lavender lila violett* lavendel*"),
    "pink": ("#df7fa6", "pink rosa magenta"),
    "white": ("#eceae6", "white weiß* weiss*"),
    "black": ("#2a2a30", "black schwarz* schwarze*"),
    "brown": ("#7d5236", "brown braun*"),
    "grey": ("#8a8d93", "grey gray grau*"),
}
"""Each with the ink that it means."""

NEGATIONS: Final = frozenset({"no", "without", "not", "ohne", "kein", "keine", "keinen", "nicht"})
"""The word after one of these is not painted."""
