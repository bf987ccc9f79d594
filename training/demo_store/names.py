"""Names and telephone numbers of people who do not exist, as words between spaces."""

from __future__ import annotations

FEMALE_NAMES = (
    "Alice Amara Anna Beatriz Bella Carla Chloe Clara Daisy Diana Elena Elif Emma Esther Eva Fatima Fiona "
    "Grace Hannah Helen Ines Irene Isabel Jana Jasmine Joan Julia Karen Laila Laura Leah Lena Lucy Maria "
    "Maya Mei Mira Nadia Naomi Nina Nora Olga Olivia Paula Priya Rachel Rita Rosa Ruth Sara Sofia Stella "
    "Tara Teresa Uma Vera Wanda Yara Yuki Zoe"
)
MALE_NAMES = (
    "Aaron Adam Ahmed Alan Andre Anton Ben Boris Carlos Chen Daniel David Dario Diego Elias Emil Eric "
    "Felix Finn Frank George Hamid Hugo Ian Ivan Jack Jakob James Jan Javier Joel Jonas Jorge Karim Kevin "
    "Kofi Lars Leo Liam Lucas Marco Martin Max Miguel Milan Nico Noah Omar Oscar Pablo Paul Peter Rafael "
    "Ravi Robert Samir Simon Theo Tom Viktor"
)
LAST_NAMES = (
    "Adler Ahmadi Almeida Andersen Baker Barnes Bauer Becker Bell Bianchi Brandt Carter Castillo Chan "
    "Clarke Costa Cruz Dahl Das Delgado Diaz Dubois Edwards Ferrari Fischer Fletcher Foster Fuentes "
    "Garcia Gomez Grant Gruber Haas Hall Hansen Harris Hassan Hill Hoffman Hughes Iyer Jensen Johnson "
    "Kaplan Keller Kim Klein Kowalski Lam Larsen Lee Lopez Lund Marino Martin Mendes Meyer Mills Morris "
    "Murphy Nakamura Novak Nowak Okafor Olsen Ortiz Park Patel Pereira Petrov Popescu Price Quinn Ramos "
    "Reed Reyes Richter Rivera Roberts Romano Rossi Ryan Santos Sato Schmidt Silva Singh Stein Suzuki "
    "Tanaka Taylor Torres Turner Vargas Vidal Wagner Walsh Wang Weber West Wolf Wong Young Zhang Ziegler"
)

# Area codes in use. Within each of them 555-0100 to 555-0199 are reserved for fiction.
AREA_CODES = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 225 228 229 231 234 239 240 248 "
    "251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 "
    "316 317 318 319 320 321 323 325 330 334 336 337 347 351 352 360 361 386 401 402 404 405 406 407 408 "
    "409 410 412 413 414 415 417 419 423 425 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 "
    "507 508 509 510 512 513 515 516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 "
    "585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 "
    "646 650 651 660 661 662 678 682 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 "
    "727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 805 806 808 "
    "810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 "
    "865 870 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 936 937 940 "
    "941 947 949 951 952 954 956 970 971 972 973 978 979 980 985 989"
)

# No post office has this prefix.
POSTCODES = (
    "21301",
    "21302",
    "21303",
    "21304",
    "21305",
    "21306",
    "21307",
    "21308",
    "21309",
    "21310",
    "21311",
    "21312",
)
