/// What too many people choose: about 600 words, names and walks over the keyboard from published lists of leaked passwords.
///
/// Far fewer than those lists have. Together with what ``PasswordPolicy`` takes off before it looks (digits and signs around
/// them, repetition, case), it refuses what a guesser tries in the first hundred or so; the throttle is there for the rest.
enum WellKnownPasswords {
    /// Whether a word is one of them. In lower case, without spaces.
    static func contains(_ word: String) -> Bool { words.contains(word) }

    private static let words = Set(
        """
        password passwords passwort passw0rd p@ssword p@ssw0rd pa55word pass1word motdepasse contrasena contraseña senha
        wachtwoord parola heslo haslo salasana lozinka parool kennwort geheim secret secrets topsecret qwerty qwertyuiop
        qwertyui qwertz qwertzuiop qwertzui azerty azertyuiop asdfgh asdfghjkl asdfjkl zxcvbn zxcvbnm yxcvbnm qazwsx
        qazwsxedc qazwsxedcrfv 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsx zaq1zaq1 q1w2e3 q1w2e3r4 q1w2e3r4t5
        q1w2e3r4t5y6 1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1234qwer qwer1234 qweasdzxc qweasd qwe123 asd123 zxc123
        abcd1234 abc123 a1b2c3 a1b2c3d4 a1b2c3d4e5 a1b2c3d4e5f6 aa123456 123qwe 123abc 123asd qwert yuiop asdf zxcv
        poiuytrewq lkjhgfdsa mnbvcxz iloveyou iloveu ilovegod ilovejesus ilovemyself ilovemom ilovemymom ilovemyfamily
        ilovemylife iloveyousomuch iloveyouforever iloveyoubaby iloveme loveyou loveyouforever lovelove mylove truelove
        foreverlove teamo teamomucho tequiero tequieromucho jetaime ichliebedich tiamo tiamoamoremio iloveny letmein
        letmeinnow letmeinplease openup opensesame welcome welcomehome welcomeback willkommen bienvenue hello helloworld
        hellohello hellokitty goodbye goodmorning goodluck thankyou whatever whatsup nothing noidea idontknow dontknow
        forgot forgotten iforgot iforget rememberme remember changeme changeit changethis changepassword changemenow
        pleasechange pleasechangeme newpassword oldpassword mypassword mypass mynewpassword yourpassword thepassword
        thisismypassword thisispassword nopassword notmypassword defaultpassword temppassword temporarypassword
        testpassword passwordpassword passpass passphrase passcode password1password trustno admin administrator
        adminadmin adminpassword administrador root rootroot rootpassword superuser superadmin sysadmin system systems
        manager master masterpassword masterkey mastermaster operator supervisor webmaster postmaster hostmaster guest
        guestguest user username useruser userpassword test tester testing testtest testuser testaccount testing123 demo
        demodemo default temp temporary temppass login loginpassword loginlogin access accessdenied private public
        server database oracle mysql postgres postgresql sqlserver backup computer internet network security secure
        securepassword strongpassword company business office office365 microsoft windows google gmail yahoo hotmail
        facebook instagram twitter linkedin youtube amazon apple android samsung iphone nokia motorola blackberry
        playstation xbox nintendo minecraft roblox fortnite pokemon pikachu starwars startrek superman batman spiderman
        ironman wolverine superstar princess princesa sunshine sunflower rainbow butterfly buttercup strawberry
        blueberry raspberry cinnamon chocolate cookie cookies cupcake sweetheart sweetie sweetpea babygirl babyboy
        babydoll prettygirl beautiful lovely angel angels angelo littleangel heaven heavenly football footballer soccer
        basketball baseball softball volleyball hockey tennis golfer liverpool liverpoolfc manchester manchesterunited
        manutd arsenal chelsea chelseafc barcelona fcbarcelona realmadrid juventus intermilan acmilan bayern
        bayernmunich borussia dortmund benfica galatasaray fenerbahce besiktas cowboys dallascowboys steelers packers
        yankees redsox lakers dragon dragons dragonball monkey monkeys monkey123 tiger tigers lion lions eagle eagles
        panther panthers phoenix unicorn dolphin dolphins kitty kitten puppy doggy horses shadow shadows killer ninja
        hunter ranger soldier warrior knight maverick mustang mustangs harley harleydavidson corvette ferrari porsche
        mercedes lamborghini yamaha suzuki kawasaki michael michelle jennifer jessica jessicaa jordan jordan23 daniel
        danielle andrew anthony ashley amanda alexander alexandra alexandre elizabeth christopher christian christina
        christine charlie charlotte benjamin jonathan joshua matthew nicholas nicole robert samantha stephanie thomas
        victoria william patricia katherine katarina francesco francesca giovanni alessandro alejandro fernando gabriela
        gabriel guillermo sebastian valentina mohammed muhammad january february march april may june july august
        september october november december monday tuesday wednesday thursday friday saturday sunday summer winter
        spring autumn summertime wintertime springtime christmas merrychristmas halloween birthday happybirthday newyear
        happynewyear frühling sommer herbst januar februar london newyork newyorkcity losangeles california texas
        florida chicago boston seattle america american usa england ireland scotland australia canada canadian germany
        deutschland france paris italy italia spain espana mexico brasil brazil argentina portugal turkey türkiye
        istanbul india pakistan philippines indonesia jakarta china beijing japan tokyo singapore vietnam russia moskva
        ukraine berlin hamburg münchen vienna freedom liberty peace victory success successful lucky luckyone happy
        happyday happiness smile smiley forever foreveryoung friends friendship bestfriend bestfriends family myfamily
        familyfirst mother father brother sister mommy daddy grandma grandpa money moneymoney richman millionaire jesus
        jesuschrist jesusislord jesuslovesme jesussaves christ godisgood godislove godbless godblessme blessed blessing
        faith faithful hallelujah bismillah alhamdulillah allahuakbar inshallah fuckyou fuckoff fuckme fuckit fuckthis
        asshole bullshit motherfucker biteme suckit matrix blink182 slipknot metallica nirvana eminem rockstar rocknroll
        music musica guitar naruto sasuke gandalf hogwarts harrypotter hermione gryffindor
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
